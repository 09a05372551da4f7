import { type JSX, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { type Me, type NextAction } from '../../api/client.js';
import { useQueue, useSummary } from '../../api/queries.js';
import { Detail } from '../../next-action/detail.js';
import { rememberQueue } from '../../next-action/queue-address.js';
import { isInEffect, type Press } from '../../press/press.js';
import { usePressButton, usePresses } from '../../press/pressing.js';
import { useShortcuts } from '../../ui/keyboard.js';
import { Problem } from '../../ui/problem.js';
import { Search } from '../../ui/search.js';
import { useWide } from '../../ui/wide.js';
import { ACTION_KEYS } from './action-keys.js';
import { BulkBar } from './bulk-bar.js';
import { FilterBar } from './filter-bar.js';
import { type Filters, filtersOf, hasFilters, listFilterOf, searchOf } from './filters.js';
import { Help } from './help.js';
import { QueueEmpty } from './queue-empty.js';
import { QueueRow } from './queue-row.js';
import { useFreshRows } from './fresh-rows.js';

/** What takes a row out of the queue, so that it is shown as leaving before the answer. */
const LEAVES: readonly string[] = [
  'mark_done',
  'dismiss',
  'dont_suggest_again_30d',
  'snooze',
  'snooze_1d',
];

/** The ranked list of what waits, with the buttons of each row. */
export function QueuePage({ me }: { readonly me: Me }): JSX.Element {
  const search = useSearch();
  const [, navigate] = useLocation();
  const filters = useMemo(() => filtersOf(search), [search]);
  const setFilters = useCallback(
    (next: Filters) => navigate(`/${searchOf(next)}`, { replace: true }),
    [navigate],
  );
  // Always the same until the filters change: another one would start the pause of the search anew.
  const setText = useCallback(
    (text: string) => setFilters({ ...filters, text }),
    [filters, setFilters],
  );
  useEffect(() => rememberQueue(searchOf(filters)), [filters]);

  const queue = useQueue(listFilterOf(filters));
  const summary = useSummary(filters.scope === '' ? '*' : filters.scope);
  useFreshRows(filters, me.id);
  const items = useMemo(() => queue.data?.pages.flatMap((page) => page.items) ?? [], [queue.data]);
  const first = queue.data?.pages[0]?.pagination;

  const all = usePresses();
  const pressOf = useMemo(() => latestByTarget(all), [all]);
  const isLeaving = useCallback(
    (id: string) => {
      const press = pressOf.get(id);
      return (
        press !== undefined && LEAVES.includes(press.intent.actionKey) && isInEffect(press, id)
      );
    },
    [pressOf],
  );

  const [wanted, setSelected] = useState<string>();
  const selected = items.find(({ id }) => id === wanted) ?? items.find(({ id }) => !isLeaving(id));
  const [checked, setChecked] = useState<ReadonlySet<string>>(new Set());
  const chosen = useMemo(() => items.filter(({ id }) => checked.has(id)), [items, checked]);
  const toggle = useCallback(
    (id: string) =>
      setChecked(
        (before) =>
          new Set(before.has(id) ? [...before].filter((each) => each !== id) : [...before, id]),
      ),
    [],
  );

  const search_ = useRef<HTMLInputElement>(null);
  const [helps, setHelps] = useState(false);
  const press = usePressButton();
  const move = (step: number): void => {
    const at = selected ? items.indexOf(selected) : -1;
    const next = items[Math.min(items.length - 1, Math.max(0, at + step))];
    if (!next) return;
    setSelected(next.id);
    focusRow(next.id);
  };
  const pressKey =
    (...actionKeys: string[]) =>
    (): void => {
      const wants = chosen.length > 0 ? chosen : selected ? [selected] : [];
      const targets = wants.filter(({ id }) => !isLeaving(id));
      const button = actionKeys
        .map((key) => targets[0]?.actions.find(({ actionKey }) => actionKey === key))
        .find((found) => found !== undefined);
      if (button) press(button, targets);
    };
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => selected && navigate(`/actions/${selected.id}`),
    x: () => selected && toggle(selected.id),
    [ACTION_KEYS.mark_done]: pressKey('mark_done'),
    [ACTION_KEYS.snooze]: pressKey('snooze', 'snooze_1d'),
    [ACTION_KEYS.dismiss]: pressKey('dismiss'),
    [ACTION_KEYS.assign]: pressKey('assign'),
    '/': () => search_.current?.focus(),
    '?': () => setHelps(true),
    Escape: () => setChecked(new Set()),
  });

  // The selection goes on to what stays; what leaves is no longer chosen.
  useEffect(() => {
    if (wanted === undefined || !isLeaving(wanted)) return;
    const at = items.findIndex(({ id }) => id === wanted);
    const next =
      items.slice(at + 1).find(({ id }) => !isLeaving(id)) ??
      items.slice(0, Math.max(0, at)).findLast(({ id }) => !isLeaving(id));
    setSelected(next?.id);
    // The button that was pressed is gone, and the focus with it.
    if (next && document.activeElement === document.body) focusRow(next.id);
  }, [wanted, isLeaving, items]);
  useEffect(() => {
    setChecked((before) => {
      const still = [...before].filter((id) => !isLeaving(id));
      return still.length === before.size ? before : new Set(still);
    });
  }, [isLeaving]);

  const end = useRef<HTMLDivElement>(null);
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = queue;
  useEffect(() => {
    const element = end.current;
    if (!element || !hasNextPage || isFetchingNextPage) return undefined;
    const observer = new IntersectionObserver(
      ([entry]) => entry?.isIntersecting === true && void fetchNextPage(),
      { rootMargin: '600px' },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage, items.length]);

  const isWide = useWide();
  const counts = summary.data;
  return (
    <>
      <main className="queue">
        <header>
          <h1>Queue</h1>
          <p className="n">
            {first && `${first.total}${first.totalIsExact ? '' : '+'} to do`}
            {counts && counts.snoozed > 0 && (
              <>
                {' · '}
                <button
                  type="button"
                  className="link"
                  onClick={() => setFilters({ ...filters, snoozed: 'only' })}
                >
                  {counts.snoozed} snoozed
                </button>
              </>
            )}
            {counts && counts.suppressed > 0 && ` · ${counts.suppressed} held back`}
          </p>
          <Search ref={search_} value={filters.text} onChange={setText} />
        </header>
        <FilterBar filters={filters} items={items} onChange={setFilters} />
        <div className="scroller">
          {queue.error && !queue.data && (
            <Problem error={queue.error} retry={() => void queue.refetch()} />
          )}
          {queue.isPending && <p className="centred sub">Loading…</p>}
          {queue.data && items.length === 0 && (
            <QueueEmpty
              isFiltered={hasFilters(filters)}
              onClear={() => navigate('/', { replace: true })}
            />
          )}
          {items.length > 0 && (
            <ul className="q" role="list">
              {items.map((item) => (
                <QueueRow
                  key={item.id}
                  item={item}
                  press={pressOf.get(item.id)}
                  isSelected={item === selected}
                  isChecked={checked.has(item.id)}
                  isLeaving={isLeaving(item.id)}
                  onSelect={setSelected}
                  onToggle={toggle}
                />
              ))}
            </ul>
          )}
          <div ref={end} />
          {isFetchingNextPage && <p className="centred sub">Loading more…</p>}
          {queue.isFetchNextPageError && (
            <Problem error={queue.error} retry={() => void fetchNextPage()} />
          )}
          {counts && filters.snoozed === '' && (counts.snoozed > 0 || counts.suppressed > 0) && (
            <p className="hidden-today">
              Hidden today: {counts.snoozed} snoozed, {counts.suppressed} held back.{' '}
              {counts.snoozed > 0 && (
                <button
                  type="button"
                  className="link"
                  onClick={() => setFilters({ ...filters, snoozed: 'all' })}
                >
                  Show snoozed
                </button>
              )}
            </p>
          )}
        </div>
        {chosen.length > 0 && <BulkBar items={chosen} onClear={() => setChecked(new Set())} />}
      </main>
      {isWide && (
        <aside className="panel" aria-label="Details">
          {selected && (
            <Detail key={selected.id} id={selected.id} heading="h2" hints={ACTION_KEYS} />
          )}
        </aside>
      )}
      {helps && <Help onClose={() => setHelps(false)} />}
    </>
  );
}

function focusRow(id: string): void {
  const row = document.getElementById(`row-${id}`);
  row?.scrollIntoView({ block: 'nearest' });
  row?.querySelector('a')?.focus({ preventScroll: true });
}

/** The newest press of each next best action. */
function latestByTarget(presses: readonly Press[]): ReadonlyMap<NextAction['id'], Press> {
  return new Map(
    presses.flatMap((press) => press.intent.targets.map(({ id }) => [id, press] as const)),
  );
}
