import { useEffect, useRef, useState } from 'react';
import { type Paged } from '../../api/paged.js';
import { type LiveEvent, useLiveMessages, useLiveState } from '../../live/live.js';
import { arrived, merged, MOST, upTo } from './flow.js';
import { type EventFilters, selects } from './selects.js';

/** Shortest time between two questions to the server, in ms. */
const PAUSE_MS = 1000;

interface Options {
  readonly filters: EventFilters;
  readonly list: Paged<LiveEvent>;
  /** The newest page of the list, for events of which only the server knows whether they belong to it. */
  readonly readNewest: () => Promise<readonly LiveEvent[]>;
  /** Whether what comes in waits. */
  readonly waits: boolean;
}

interface Followed {
  readonly events: readonly LiveEvent[];
  readonly waiting: number;
  /** There are more that wait than are counted. */
  readonly isFull: boolean;
  readonly release: () => void;
}

/** The list of events, and on top of it what came in since it was read. */
export function useFollow({ filters, list, readNewest, waits }: Options): Followed {
  const [came, setCame] = useState<readonly LiveEvent[]>([]);
  const add = (events: readonly LiveEvent[]): void => setCame((before) => arrived(before, events));
  const ask = usePaused(() => {
    // Without an answer, the next event asks again.
    void readNewest().then(add, () => undefined);
  });
  useLiveMessages((message) => {
    if (message.name !== 'event') return;
    const selected = selects(filters, message.event);
    if (selected === 'yes') add([message.event]);
    else if (selected === 'unknown') ask();
  });
  useReadWhenLive(list);

  // While somebody reads, nothing newer than what was there then is shown, wherever it comes from.
  const all = merged(came, list.items);
  const [newest, setNewest] = useState<string>();
  if (!waits && newest !== undefined) setNewest(undefined);
  if (waits && newest === undefined && list.first) setNewest(all[0]?.id ?? '');
  const { shown, waiting } = upTo(newest, all);

  const isFull = came.length >= MOST;
  const { again } = list;
  const release = (): void => {
    setNewest(undefined);
    if (!isFull) return;
    setCame([]);
    again();
  };
  const current = useRef(release);
  useEffect(() => {
    current.current = release;
  });
  useEffect(() => {
    if (isFull && !waits) current.current();
  }, [isFull, waits]);
  return { events: shown, waiting, isFull, release };
}

/** Calls back once for many calls, after a pause. */
function usePaused(callBack: () => void): () => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const current = useRef(callBack);
  useEffect(() => {
    current.current = callBack;
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  return () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      current.current();
    }, PAUSE_MS);
  };
}

/**
 * What is cached, or was read before the stream opened, is read again: events came between. A read that has
 * not ended when the stream is open has them.
 */
function useReadWhenLive({ isPending, changed }: Paged<LiveEvent>): void {
  const isLive = useLiveState().name === 'live';
  const current = useRef({ isPending, changed });
  useEffect(() => {
    current.current = { isPending, changed };
  });
  useEffect(() => {
    if (!current.current.isPending) current.current.changed();
  }, [isLive]);
}
