import { type JSX } from 'react';
import { Link } from 'wouter';
import { useRenewedBy } from '../../live/renewed.js';
import { Section } from '../../next-action/section.js';
import { searchOf } from '../../ui/filter-values.js';
import { Loaded } from '../../ui/loaded.js';
import { PriorityMark } from '../../ui/priority.js';
import { Time } from '../../ui/time.js';
import { nameOf, type Scope, scoreKeys, useOpenFlags } from './score-queries.js';

/** The open risk flags of a scope, the first of them, with the way to all. */
export function OpenFlags({ scope, now }: { scope: Scope; now: number }): JSX.Element {
  const flags = useOpenFlags(scope);
  useRenewedBy(['risk.'], scoreKeys.flags(scope));
  return (
    <Section title="Open flags">
      <Loaded query={flags}>
        {({ items, pagination }) => (
          <>
            {items.length === 0 && <p className="sub">None.</p>}
            <ul className="reasons" role="list">
              {items.map(({ id, severity, title, firstSeenAt }) => (
                <li key={id} className="flag">
                  <PriorityMark priority={severity} />
                  <span>
                    {title}{' '}
                    <span className="tag">
                      since <Time at={firstSeenAt} now={now} />
                    </span>
                  </span>
                </li>
              ))}
            </ul>
            {items.length > 0 && (
              <p className="links">
                <Link href={`/risk${searchOf({ scope: nameOf(scope) })}`}>
                  {pagination.hasNext ? 'All flags' : 'In Risk'}
                </Link>
              </p>
            )}
          </>
        )}
      </Loaded>
    </Section>
  );
}
