/** Whether tabs can choose a leader: not where the page came over plain HTTP, whatever the type says. */
export function hasLocks(): boolean {
  return (navigator as { locks?: LockManager }).locks !== undefined;
}

/**
 * Does the work in one tab of the browser: in the next one where that is closed. Without locks, as over plain
 * HTTP, each tab that is seen does it, and one that is hidden rests.
 */
export async function lead(
  name: string,
  work: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  if (hasLocks()) {
    // It rejects where the signal comes before the lock.
    await navigator.locks.request(name, { signal }, () => work(signal)).catch(() => undefined);
    return;
  }
  while (!signal.aborted) {
    await untilSeen(signal);
    const hidden = new AbortController();
    const rest = (): void => {
      if (document.hidden) hidden.abort();
    };
    document.addEventListener('visibilitychange', rest);
    await work(AbortSignal.any([signal, hidden.signal]));
    document.removeEventListener('visibilitychange', rest);
    // It ended by itself: there is nothing more to do.
    if (!hidden.signal.aborted) return;
  }
}

function untilSeen(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (document.hidden && !signal.aborted) return;
      document.removeEventListener('visibilitychange', look);
      signal.removeEventListener('abort', look);
      resolve();
    };
    document.addEventListener('visibilitychange', look);
    signal.addEventListener('abort', look);
    look();
  });
}
