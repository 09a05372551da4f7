import { type JSX, useEffect, useState } from 'react';
import { exactTime, relativeTime } from './relative-time.js';

/** The time now, renewed after each interval. */
export function useNow(intervalMs: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), intervalMs);
    return () => clearInterval(timer);
  }, [intervalMs]);
  return now;
}

/**
 * A time as its distance from now; the exact one, in the zone of the reader, on hover, and beside it while the
 * focus of the keyboard is on its line.
 */
export function Time({ at, now }: { readonly at: string; readonly now: number }): JSX.Element {
  const exact = exactTime(at);
  return (
    <time dateTime={at} title={exact} data-exact={exact}>
      {relativeTime(at, now)}
    </time>
  );
}
