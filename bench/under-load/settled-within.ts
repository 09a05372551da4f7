import { setTimeout as delay } from 'node:timers/promises';

/** Whether a promise settles in time. */
export async function settledWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  const late = delay(ms, false, { ref: false });
  const done = work.then(
    () => true,
    () => true,
  );
  return Promise.race([done, late]);
}
