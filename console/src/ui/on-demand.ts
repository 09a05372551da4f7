import { useSyncExternalStore } from 'react';
import { notifyMissingPart } from './notices.js';

/** What is told once somebody does anything with the page. */
const waiting = new Set<() => void>();

/** A browser also tells of a pointer that rests where a page appears: nobody has moved it. */
function isResting(event: Event): boolean {
  if (!(event instanceof PointerEvent) || event.type !== 'pointermove') return false;
  return event.movementX === 0 && event.movementY === 0;
}

function beginAll(event: Event): void {
  if (isResting(event)) return;
  for (const type of FIRST) removeEventListener(type, beginAll);
  for (const load of waiting) load();
}

const FIRST = ['pointermove', 'pointerdown', 'keydown'] as const;
for (const type of FIRST) addEventListener(type, beginAll, { passive: true });

/** A part of the console that the first list can be shown without. */
export interface OnDemand<T> {
  /** The part, or undefined until it is loaded. */
  readonly usePart: () => T | undefined;
  /** Loads it now. Where that fails, says so and calls back; the next call tries again. */
  readonly load: (failed: () => void) => void;
}

/** Loads a part at the first sign that somebody is there, or when it is asked for. */
export function onDemand<T>(bring: () => Promise<T>): OnDemand<T> {
  let part: T | undefined;
  let loading: Promise<void> | undefined;
  const readers = new Set<() => void>();
  const begin = (): Promise<void> => {
    loading ??= bring().then(
      (loaded) => {
        part = loaded;
        for (const reader of readers) reader();
      },
      (error: unknown) => {
        loading = undefined;
        throw error;
      },
    );
    return loading;
  };
  // Nobody waits for it yet: what needs it tries again.
  waiting.add(() => void begin().catch(() => undefined));
  const load = (failed: () => void): void => {
    begin().catch(() => {
      notifyMissingPart();
      failed();
    });
  };
  const subscribe = (reader: () => void): (() => void) => {
    readers.add(reader);
    return () => void readers.delete(reader);
  };
  return { usePart: () => useSyncExternalStore(subscribe, () => part), load };
}
