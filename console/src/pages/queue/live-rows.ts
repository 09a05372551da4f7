import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiProblem, type NextAction } from '../../api/client.js';
import { keys, queryClient, readNextAction } from '../../api/queries.js';
import { type LiveEvent, useLiveMessages } from '../../live/live.js';
import { nextActionOf } from '../../live/next-action-of.js';
import { useChanged } from '../../press/pressing.js';
import { type Filters, listFilterOf } from './filters.js';
import { belongs, has, placed, type QueueData, without, withRow } from './queue-rows.js';

/** Up to how many rows are read one by one; beyond, the list is. */
const ONE_BY_ONE = 10;
/** Events of this time are looked at together, in ms. */
const TOGETHER_MS = 300;
/** How long a row that somebody else took is shown as leaving, in ms. */
const LEAVING_MS = 900;
/** Up to how many pages are read again by themselves. */
const MOST_PAGES = 3;

/** Events after which many rows may be others, and which name none. */
const OF_MANY: readonly string[] = ['nba.run', 'suppression.created', 'suppression.lifted'];
/** Events of a next best action that is not listed, after which it may belong there. */
const MAY_ENTER: readonly string[] = [
  'nba.upsert',
  'nba.woken',
  'nba.delivery.executed',
  'nba.delivery.undone',
];

/** What waits behind the line above the list. */
interface News {
  readonly items: readonly NextAction[];
  /** Whether more than these has changed. */
  readonly more: boolean;
}

const NONE: News = { items: [], more: false };

export interface LiveRows {
  /** How many new rows wait to be shown; undefined where it is not known. */
  readonly news: number | undefined;
  readonly show: () => void;
  /** Shows them where that moves nothing under anybody: they have left the list. */
  readonly catchUp: () => void;
  /** Rows that somebody else took a moment ago. */
  readonly taken: ReadonlySet<string>;
}

/**
 * Keeps the rows of the list as the server has them, after presses of this page and after events of others. A
 * row that is listed changes at once, in its place. While somebody is in the list, nothing else moves: new rows
 * wait until they are asked for, or until the list is left.
 */
export function useLiveRows(filters: Filters, me: string, isBusy: () => boolean): LiveRows {
  const [news, setNews] = useState(NONE);
  const [taken, setTaken] = useState<ReadonlySet<string>>(new Set());
  const [seen, setSeen] = useState(filters);
  if (seen !== filters) {
    setSeen(filters);
    setNews(NONE);
  }

  const waiting = useRef<Waiting>({ ids: new Map(), many: false });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const renew = useCallback(
    async (id: string): Promise<void> => {
      const queryKey = keys.queue(listFilterOf(filters));
      const list = queryClient.getQueryData<QueueData>(queryKey);
      if (!list) return;
      const item = await readRow(id);
      const set = (change: (data: QueueData) => QueueData): void =>
        void queryClient.setQueryData<QueueData>(queryKey, (data) => data && change(data));
      const isIn = item !== undefined && belongs(item, filters, me, Date.now());
      const isListed = has(list, id);
      if (isListed && isIn && !isBusy()) set((data) => placed(data, item));
      else if (isListed && isIn) set((data) => withRow(data, item, true));
      else if (isListed) {
        setTaken((before) => new Set([...before, id]));
        // Read again: it may be back by then.
        setTimeout(() => {
          setTaken((before) => new Set([...before].filter((each) => each !== id)));
          void renewOwn(id, filters, me);
        }, LEAVING_MS);
      } else if (isIn && filters.text === '') {
        if (!isBusy()) set((data) => placed(data, item));
        else setNews((before) => ({ ...before, items: [...others(before.items, id), item] }));
      } else setNews((before) => ({ ...before, items: others(before.items, id) }));
    },
    [filters, me, isBusy],
  );

  const renewAll = useCallback((): void => {
    const queryKey = keys.queue(listFilterOf(filters));
    const pages = queryClient.getQueryData<QueueData>(queryKey)?.pages.length ?? 0;
    if (isBusy() || pages > MOST_PAGES) setNews((before) => ({ ...before, more: true }));
    else void queryClient.invalidateQueries({ queryKey });
  }, [filters, isBusy]);

  const look = useCallback((): void => {
    timer.current = undefined;
    const list = queryClient.getQueryData<QueueData>(keys.queue(listFilterOf(filters)));
    const { ids, many } = waiting.current;
    waiting.current = { ids: new Map(), many: false };
    if (!list) return;
    const meant = [...ids].flatMap(([id, mayEnter]) => (mayEnter || has(list, id) ? id : []));
    if (many || meant.length > ONE_BY_ONE) renewAll();
    if (meant.length <= ONE_BY_ONE) for (const id of meant) renew(id).catch(renewAll);
  }, [filters, renew, renewAll]);
  const current = useRef(look);
  useEffect(() => {
    current.current = look;
  });
  useEffect(() => () => clearTimeout(timer.current), []);

  useLiveMessages((message) => {
    if (message.name === 'begun') {
      // Nobody has begun to work in it yet.
      const queryKey = keys.queue(listFilterOf(filters));
      const pages = queryClient.getQueryData<QueueData>(queryKey)?.pages.length ?? 0;
      if (pages <= 1) void queryClient.invalidateQueries({ queryKey });
      else waiting.current.many = true;
    } else if (message.name === 'reset') waiting.current.many = true;
    else note(message.event, waiting.current);
    timer.current ??= setTimeout(() => current.current(), TOGETHER_MS);
  });
  useChanged(
    useCallback(
      (ids) => {
        if (ids.length > ONE_BY_ONE) {
          void queryClient.invalidateQueries({ queryKey: keys.queues });
        } else {
          for (const id of ids) void renewOwn(id, filters, me);
        }
      },
      [filters, me],
    ),
  );

  const show = useCallback((): void => {
    const queryKey = keys.queue(listFilterOf(filters));
    queryClient.setQueryData<QueueData>(queryKey, (data) => {
      if (!data) return data;
      // All of it is read again from its beginning, and on as it is scrolled.
      if (news.more) return { pages: data.pages.slice(0, 1), pageParams: [undefined] };
      return news.items.reduce(placed, data);
    });
    if (news.more) void queryClient.invalidateQueries({ queryKey });
    setNews(NONE);
  }, [filters, news]);

  const catchUp = useCallback((): void => {
    if (news.more) {
      setNews(NONE);
      renewAll();
    } else if (news.items.length > 0) show();
  }, [news, renewAll, show]);

  const count = news.more ? undefined : news.items.length;
  return { news: count, show, catchUp, taken };
}

/** What is to be looked at, from events. */
interface Waiting {
  /** Next best actions, each with whether it may have come into the list. */
  readonly ids: Map<string, boolean>;
  many: boolean;
}

function note(event: LiveEvent, waiting: Waiting): void {
  if (OF_MANY.includes(event.eventKey)) {
    waiting.many = true;
    return;
  }
  const id = nextActionOf(event);
  if (id === undefined) return;
  const mayEnter = MAY_ENTER.includes(event.eventKey);
  waiting.ids.set(id, mayEnter || waiting.ids.get(id) === true);
}

function others(items: readonly NextAction[], id: string): NextAction[] {
  return items.filter((each) => each.id !== id);
}

/** What a press of this page changed is shown at once: it was asked for. Never rejects. */
async function renewOwn(id: string, filters: Filters, me: string): Promise<void> {
  const queryKey = keys.queue(listFilterOf(filters));
  let item: NextAction | undefined;
  try {
    item = await readRow(id);
  } catch {
    void queryClient.invalidateQueries({ queryKey });
    return;
  }
  queryClient.setQueryData<QueueData>(queryKey, (data) => {
    if (!data) return data;
    return item ? withRow(data, item, belongs(item, filters, me, Date.now())) : without(data, id);
  });
}

/** A row as the server has it; undefined where it is not there, or not to be seen, any more. */
async function readRow(id: string): Promise<NextAction | undefined> {
  try {
    return await readNextAction(id);
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return undefined;
    throw error;
  }
}
