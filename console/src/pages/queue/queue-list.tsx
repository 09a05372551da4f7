import { useVirtualizer } from '@tanstack/react-virtual';
import { type JSX, type RefObject, useImperativeHandle } from 'react';
import { type NextAction } from '../../api/client.js';
import { type Press } from '../../press/press.js';
import { QueueRow } from './queue-row.js';
import { type Selection } from './selection.js';

/** Height of a row with a reason, in px; each row is measured when it is shown. */
const ROW_PX = 59;
/** Rows that are drawn above and below what is seen. */
const BEYOND = 50;

interface Props {
  readonly items: readonly NextAction[];
  readonly scroller: RefObject<HTMLElement | null>;
  readonly selection: Selection;
  readonly pressOf: ReadonlyMap<string, Press>;
  readonly isLeaving: (id: string) => boolean;
}

/** The rows around what is seen: ten thousand of them cost no more than a hundred. */
export function QueueList(props: Props): JSX.Element {
  const { items, scroller, selection, pressOf, isLeaving } = props;
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => items[index]?.id ?? index,
    overscan: BEYOND,
  });
  useImperativeHandle(selection.list, () => ({
    reveal: (index) => virtualizer.scrollToIndex(index),
  }));
  const rows = virtualizer.getVirtualItems();
  const above = rows[0]?.start ?? 0;
  const below = virtualizer.getTotalSize() - (rows.at(-1)?.end ?? 0);
  return (
    <>
      {/* Elements of their own: a padding that changes would let the browser lose its place. */}
      <div style={{ height: above }} />
      <ul className="q" role="list">
        {rows.flatMap(({ index }) => {
          const item = items[index];
          if (!item) return [];
          return (
            <QueueRow
              key={item.id}
              ref={virtualizer.measureElement}
              index={index}
              count={items.length}
              item={item}
              press={pressOf.get(item.id)}
              isSelected={item === selection.selected}
              isChecked={selection.checked.has(item.id)}
              isLeaving={isLeaving(item.id)}
              onSelect={selection.select}
              onToggle={selection.toggle}
            />
          );
        })}
      </ul>
      <div style={{ height: Math.max(0, below) }} />
    </>
  );
}
