import { useSyncExternalStore } from 'react';

/** What is told once somebody does anything with the page. */
const waiting = new Set<() => void>();

function begin(): void {
  for (const type of FIRST) removeEventListener(type, begin);
  for (const load of [...waiting]) load();
}

const FIRST = ['pointermove', 'pointerdown', 'keydown'] as const;
for (const type of FIRST) addEventListener(type, begin, { passive: true });

/** A part of the console that the first list can be shown without. */
export interface OnDemand<T> {
  /** The part, or undefined until it is loaded. */
  readonly usePart: () => T | undefined;
  /** Loads it now; a load that failed is tried again. */
  readonly load: () => void;
}

/** Loads a part at the first sign that somebody is there, or when it is asked for. */
export function onDemand<T>(bring: () => Promise<T>): OnDemand<T> {
  let part: T | undefined;
  let isLoading = false;
  const readers = new Set<() => void>();
  const load = (): void => {
    if (isLoading) return;
    isLoading = true;
    waiting.delete(load);
    bring().then(
      (loaded) => {
        part = loaded;
        for (const reader of readers) reader();
      },
      // The server is away, or was updated: what needs it asks again.
      () => (isLoading = false),
    );
  };
  waiting.add(load);
  const subscribe = (reader: () => void): (() => void) => {
    readers.add(reader);
    return () => void readers.delete(reader);
  };
  return { usePart: () => useSyncExternalStore(subscribe, () => part), load };
}
