import { type JSX, type ReactNode, useEffect, useRef } from 'react';
import { type Paged } from '../api/paged.js';
import { Problem } from './problem.js';

interface ListProps<T> {
  readonly list: Paged<T>;
  /** What stands in place of an empty list: how something gets there. */
  readonly empty: ReactNode;
  readonly children: (items: readonly T[]) => ReactNode;
}

/** A list with its states: it loads, it failed, it is empty, it is shown; it is read on while one scrolls. */
export function List<T>({ list, empty, children }: ListProps<T>): JSX.Element {
  const { items, first, error, isPending, isBehind, again, failsReadingOn, readAgain } = list;
  return (
    <>
      {isBehind && (
        <p className="news">
          <button type="button" className="b" onClick={again}>
            Something changed: show it
          </button>
        </p>
      )}
      {error && !failsReadingOn && <Problem error={error} retry={first ? readAgain : again} />}
      {isPending && <p className="centred sub">Loading…</p>}
      {first && (items.length === 0 ? empty : children(items))}
      <ReadOn list={list} />
    </>
  );
}

/** The end of a list: what follows is read as it comes near. */
export function ReadOn({
  list: { items, hasNext, isReadingOn, readOn, error, failsReadingOn },
}: {
  readonly list: Paged<unknown>;
}): JSX.Element {
  const end = useRef<HTMLDivElement>(null);
  const failed = error !== null && failsReadingOn;
  useEffect(() => {
    const element = end.current;
    if (!element || !hasNext || isReadingOn || failed) return undefined;
    const observer = new IntersectionObserver(
      (entries) => entries.at(-1)?.isIntersecting === true && readOn(),
      // Of what scrolls: a margin of the window would count for nothing inside it.
      { root: element.closest('.scroller'), rootMargin: '800px' },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [readOn, hasNext, isReadingOn, failed, items.length]);
  return (
    <>
      <div ref={end} />
      {isReadingOn && <p className="centred sub">Loading more…</p>}
      {failed && <Problem error={error} retry={readOn} />}
    </>
  );
}

interface EmptyProps {
  readonly title: string;
  readonly children?: ReactNode;
}

/** Says that there is nothing, and how something gets there. */
export function Empty({ title, children }: EmptyProps): JSX.Element {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
