import { type JSX, type ReactNode, useEffect } from 'react';

interface Props {
  readonly title: string;
  /** What stands beside the title, such as counts. */
  readonly note?: ReactNode;
  /** Buttons at the end of the title's line. */
  readonly acts?: ReactNode;
  /** Chips below the title. */
  readonly filters?: ReactNode;
  readonly children: ReactNode;
}

const PRODUCT = 'Next actions';

/** A page: its title, its filters, and what scrolls below them. */
export function Page({ title, note, acts, filters, children }: Props): JSX.Element {
  useTitle(title);
  return (
    <main className="queue">
      <header>
        <h1>{title}</h1>
        {note !== undefined && <p className="n">{note}</p>}
        {acts !== undefined && <div className="acts head-acts">{acts}</div>}
      </header>
      {filters !== undefined && (
        <div className="filters" role="group" aria-label="Filters">
          {filters}
        </div>
      )}
      <div className="scroller">{children}</div>
    </main>
  );
}

/** Names the tab of the browser. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · ${PRODUCT}`;
    return () => {
      document.title = PRODUCT;
    };
  }, [title]);
}
