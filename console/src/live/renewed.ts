import { type QueryKey } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { queryClient } from '../api/queries.js';
import { useLiveMessages } from './live.js';

/** Shortest time between two reads of what events changed, in ms. */
const PAUSE_MS = 1000;

/**
 * Calls back once for many events whose keys begin with one of the prefixes: at most once a second, and at once
 * when what is shown goes away.
 */
export function useOnLive(prefixes: readonly string[], changed: () => void): void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const current = useRef(changed);
  useEffect(() => {
    current.current = changed;
  });
  useEffect(
    () => () => {
      if (timer.current === undefined) return;
      clearTimeout(timer.current);
      timer.current = undefined;
      current.current();
    },
    [],
  );
  useLiveMessages((message) => {
    const isMeant =
      message.name !== 'event' ||
      prefixes.some((prefix) => message.event.eventKey.startsWith(prefix));
    if (!isMeant || timer.current !== undefined) return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      current.current();
    }, PAUSE_MS);
  });
}

/** Reads the queries under a key anew after such events; those that are not shown, when they are. */
export function useRenewedBy(prefixes: readonly string[], queryKey: QueryKey): void {
  useOnLive(prefixes, () => void queryClient.invalidateQueries({ queryKey }));
}
