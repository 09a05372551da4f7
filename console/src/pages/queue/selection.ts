import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type NextAction } from '../../api/client.js';

/** The list that draws the rows. */
export interface RowList {
  /** Scrolls to a row, which may not be drawn yet. */
  readonly reveal: (index: number) => void;
}

/** The row that is selected, and those that are checked. */
export interface Selection {
  /** Where the list puts itself. */
  readonly list: RefObject<RowList | null>;
  readonly selected: NextAction | undefined;
  readonly select: (id: string) => void;
  /** Selects a row further down or up, and gives it the focus. */
  readonly move: (step: number) => void;
  readonly checked: ReadonlySet<string>;
  /** The checked rows, in the order of the list. */
  readonly chosen: readonly NextAction[];
  readonly toggle: (id: string) => void;
  readonly clear: () => void;
}

/**
 * The selection goes on to what stays; what leaves is no longer checked. Another `listKey` is another list, whose
 * first row is selected.
 */
export function useSelection(
  items: readonly NextAction[],
  isLeaving: (id: string) => boolean,
  listKey: unknown,
): Selection {
  const list = useRef<RowList>(null);
  const [wanted, select] = useState<string>();
  const [checked, setChecked] = useState<ReadonlySet<string>>(new Set());
  const [seenKey, setSeenKey] = useState(listKey);
  const place = useRef(0);
  const lastFocused = useLastFocusedRow();
  if (seenKey !== listKey) {
    setSeenKey(listKey);
    select(undefined);
  }
  const selected =
    items.find(({ id }) => id === wanted) ??
    // Gone without a press of this page: what is in its place now.
    (wanted === undefined ? undefined : items[Math.min(place.current, items.length - 1)]) ??
    items.find(({ id }) => !isLeaving(id));
  const chosen = useMemo(() => items.filter(({ id }) => checked.has(id)), [items, checked]);
  const toggle = useCallback((id: string) => setChecked((before) => toggled(before, id)), []);
  const clear = useCallback(() => setChecked(new Set()), []);

  // It stays selected when other rows come in before it.
  useEffect(() => {
    if (!selected) return;
    place.current = items.indexOf(selected);
    if (selected.id !== wanted) select(selected.id);
  }, [selected, items, wanted]);
  useEffect(() => {
    if (wanted === undefined || !isLeaving(wanted)) return;
    const next = nextAfter(items, wanted, isLeaving);
    if (!next) return;
    select(next.id);
    // What had the focus is gone by now, or goes with its row.
    if (lastFocused.current === rowId(wanted)) focusRow(next.id);
  }, [wanted, isLeaving, items, lastFocused]);
  useEffect(() => {
    setChecked((before) => {
      const still = [...before].filter((id) => !isLeaving(id));
      return still.length === before.size ? before : new Set(still);
    });
  }, [isLeaving]);

  const move = (step: number): void => {
    const at = selected ? items.indexOf(selected) : -1;
    const index = Math.min(items.length - 1, Math.max(0, at + step));
    const next = items[index];
    if (!next) return;
    select(next.id);
    if (focusRow(next.id)) return;
    list.current?.reveal(index);
    requestAnimationFrame(() => focusRow(next.id));
  };
  return { list, selected, select, move, checked, chosen, toggle, clear };
}

function toggled(before: ReadonlySet<string>, id: string): ReadonlySet<string> {
  return new Set(before.has(id) ? [...before].filter((each) => each !== id) : [...before, id]);
}

function nextAfter(
  items: readonly NextAction[],
  id: string,
  isLeaving: (id: string) => boolean,
): NextAction | undefined {
  const at = items.findIndex((each) => each.id === id);
  return (
    items.slice(at + 1).find((each) => !isLeaving(each.id)) ??
    items.slice(0, Math.max(0, at)).findLast((each) => !isLeaving(each.id))
  );
}

const ROW = 'row-';

/** The id of the element of a row. */
export function rowId(id: string): string {
  return `${ROW}${id}`;
}

/** The element id of the row where the focus or a click was last; no event says that it was taken away with a row. */
function useLastFocusedRow(): RefObject<string | undefined> {
  const last = useRef<string>(undefined);
  useEffect(() => {
    const look = ({ target }: Event): void => {
      last.current = target instanceof Element ? target.closest(`[id^='${ROW}']`)?.id : undefined;
    };
    document.addEventListener('focusin', look);
    document.addEventListener('pointerdown', look);
    return () => {
      document.removeEventListener('focusin', look);
      document.removeEventListener('pointerdown', look);
    };
  }, []);
  return last;
}

/** Whether the row is drawn, and so has the focus now. */
function focusRow(id: string): boolean {
  const row = document.getElementById(rowId(id));
  row?.scrollIntoView({ block: 'nearest' });
  row?.querySelector('a')?.focus({ preventScroll: true });
  return row !== null;
}
