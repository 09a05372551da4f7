import { type JSX, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { type Me, type NextAction } from '../../api/client.js';
import { useQueue, useSummary } from '../../api/queries.js';
import { useButtonCommands } from '../../next-action/button-commands.js';
import { Detail } from '../../next-action/detail.js';
import { rememberQueue } from '../../next-action/queue-address.js';
import { isInEffect, type Press } from '../../press/press.js';
import { usePressButton, usePresses } from '../../press/pressing.js';
import { useShortcuts } from '../../ui/keyboard.js';
import { List } from '../../ui/list.js';
import { useInside } from '../../ui/inside.js';
import { onDemand } from '../../ui/on-demand.js';
import { Search } from '../../ui/search.js';
import { useWide } from '../../ui/wide.js';
import { ACTION_KEYS } from './action-keys.js';
import { BulkBar, commonButtons } from './bulk-bar.js';
import { FilterBar } from './filter-bar.js';
import { type Filters, filtersOf, hasFilters, listFilterOf, searchOf } from './filters.js';
import { QueueEmpty } from './queue-empty.js';
import { QueueList } from './queue-list.js';
import { useLiveRows } from './live-rows.js';
import { useSelection } from './selection.js';

const help = onDemand(() => import('./help.js'));

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
  const { items } = queue;
  const first = queue.first?.pagination;
  const listing = useRef<HTMLDivElement>(null);
  const onLeft = useRef<() => void>(undefined);
  const inside = useInside(listing, () => onLeft.current?.());
  const { news, show, catchUp, taken } = useLiveRows(filters, me.id, inside.isInside);
  useEffect(() => {
    onLeft.current = catchUp;
  }, [catchUp]);

  const all = usePresses();
  const pressOf = useMemo(() => latestByTarget(all), [all]);
  const isLeaving = useCallback(
    (id: string) => {
      if (taken.has(id)) return true;
      const press = pressOf.get(id);
      return (
        press !== undefined && LEAVES.includes(press.intent.actionKey) && isInEffect(press, id)
      );
    },
    [pressOf, taken],
  );

  const selection = useSelection(items, isLeaving, filters);
  const { selected, chosen, move } = selection;

  const search_ = useRef<HTMLInputElement>(null);
  const [helps, setHelps] = useState(false);
  const helpParts = help.usePart();
  const press = usePressButton();
  const targets = useMemo(
    () => (chosen.length > 0 ? chosen : selected ? [selected] : []),
    [chosen, selected],
  );
  const common = useMemo(() => commonButtons(targets), [targets]);
  useButtonCommands(targets, common, ACTION_KEYS);
  const pressKey =
    (...actionKeys: string[]) =>
    (): void => {
      const there = targets.filter(({ id }) => !isLeaving(id));
      const button = actionKeys
        .map((key) => there[0]?.actions.find(({ actionKey }) => actionKey === key))
        .find((found) => found !== undefined);
      if (button) press(button, there);
    };
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => selected && navigate(`/actions/${selected.id}`),
    x: () => selected && selection.toggle(selected.id),
    [ACTION_KEYS.mark_done]: pressKey('mark_done'),
    [ACTION_KEYS.snooze]: pressKey('snooze', 'snooze_1d'),
    [ACTION_KEYS.dismiss]: pressKey('dismiss'),
    [ACTION_KEYS.assign]: pressKey('assign'),
    '/': () => search_.current?.focus(),
    '?': () => {
      help.load(() => setHelps(false));
      setHelps(true);
    },
    Escape: selection.clear,
  });

  const scroller = useRef<HTMLDivElement>(null);
  const showNews = (): void => {
    show();
    scroller.current?.scrollTo({ top: 0 });
  };

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
        <div className="listing" ref={listing} {...inside.handlers}>
          {news !== 0 && (
            <p className="news" role="status">
              <button type="button" className="b" onClick={() => showNews()}>
                {news === undefined ? 'The list has changed: show it' : `${news} new`}
              </button>
            </p>
          )}
          <div className="scroller" ref={scroller}>
            <List
              list={queue}
              empty={
                <QueueEmpty
                  isFiltered={hasFilters(filters)}
                  onClear={() => navigate('/', { replace: true })}
                />
              }
            >
              {() => (
                <QueueList
                  items={items}
                  scroller={scroller}
                  selection={selection}
                  pressOf={pressOf}
                  isLeaving={isLeaving}
                />
              )}
            </List>
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
        </div>
        {chosen.length > 0 && <BulkBar items={chosen} onClear={selection.clear} />}
      </main>
      {isWide && (
        <aside className="panel" aria-label="Details">
          {selected && (
            <Detail key={selected.id} id={selected.id} heading="h2" hints={ACTION_KEYS} />
          )}
        </aside>
      )}
      {helps && helpParts && <helpParts.Help onClose={() => setHelps(false)} />}
    </>
  );
}

/** The newest press of each next best action. */
function latestByTarget(presses: readonly Press[]): ReadonlyMap<NextAction['id'], Press> {
  return new Map(
    presses.flatMap((press) => press.intent.targets.map(({ id }) => [id, press] as const)),
  );
}
