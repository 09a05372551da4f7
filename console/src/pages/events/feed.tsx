import { type JSX, useEffect, useRef, useState } from 'react';
import { useNames } from '../../api/names.js';
import { type Paged } from '../../api/paged.js';
import { type LiveEvent } from '../../live/live.js';
import { List } from '../../ui/list.js';
import { useNow } from '../../ui/time.js';
import { EventRow } from './event-row.js';
import { type EventFilters } from './selects.js';
import { useFollow } from './use-follow.js';

interface Props {
  readonly list: Paged<LiveEvent>;
  readonly filters: EventFilters;
  readonly readNewest: () => Promise<readonly LiveEvent[]>;
  readonly isPaused: boolean;
  readonly empty: JSX.Element;
}

/** The events, the newest first; new ones come in at the top, and wait while somebody reads. */
export function Feed({ list, filters, readNewest, isPaused, empty }: Props): JSX.Element {
  const top = useRef<HTMLDivElement>(null);
  const isAtTop = useSeen(top);
  const [isHeld, setHeld] = useState(false);
  const [opened, setOpened] = useState<string>();
  const waits = isPaused || !isAtTop || isHeld || opened !== undefined;
  const { events, waiting, isFull, release } = useFollow({ filters, list, readNewest, waits });
  const names = useNames();
  const now = useNow(10_000);
  return (
    // The line with what waits is a part of it: where it comes under the pointer, nothing changes.
    <div
      // Not as it enters: that is missed where the list appears under the pointer.
      onPointerMove={({ pointerType }) => setHeld(pointerType === 'mouse')}
      onPointerLeave={() => setHeld(false)}
      onFocus={({ target }) => target.matches(':focus-visible') && setHeld(true)}
      onBlur={({ currentTarget, relatedTarget }) =>
        currentTarget.contains(relatedTarget) || setHeld(false)
      }
    >
      <div ref={top} className="feed-top" />
      {waiting > 0 && (
        <p className="feed-news">
          <button
            type="button"
            className="b"
            onClick={() => {
              release();
              top.current?.scrollIntoView();
            }}
          >
            {`${waiting}${isFull ? '+' : ''} new`}
          </button>
        </p>
      )}
      <List list={{ ...list, items: events }} empty={empty}>
        {() => (
          <ol className="feed" role="list" aria-label="Events">
            {events.map((event) => (
              <EventRow
                key={event.id}
                event={event}
                actor={event.actorId === null ? undefined : names.get(event.actorId)}
                filters={filters}
                now={now}
                isOpen={event.id === opened}
                onToggle={() => setOpened(event.id === opened ? undefined : event.id)}
              />
            ))}
          </ol>
        )}
      </List>
    </div>
  );
}

/** Whether an element is in sight. */
function useSeen(ref: { readonly current: Element | null }): boolean {
  const [isSeen, setSeen] = useState(true);
  useEffect(() => {
    if (!ref.current) return undefined;
    const observer = new IntersectionObserver((entries) =>
      setSeen(entries.at(-1)?.isIntersecting === true),
    );
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [ref]);
  return isSeen;
}
