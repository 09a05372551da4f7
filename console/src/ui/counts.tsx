import { Fragment, type JSX } from 'react';
import { Link } from 'wouter';

/** A number with the list of what it counts. */
export interface Count {
  readonly count: number;
  readonly text: string;
  readonly href: string;
}

/** Numbers beside a title, each a link to what it counts; those that are zero are left out. */
export function Counts({ counts }: { readonly counts: readonly Count[] }): JSX.Element {
  return (
    <span className="counts">
      {counts
        .filter(({ count }) => count > 0)
        .map(({ count, text, href }, index) => (
          <Fragment key={href}>
            {index > 0 && ' · '}
            <Link className="count-link" href={href}>
              {count} {text}
            </Link>
          </Fragment>
        ))}
    </span>
  );
}
