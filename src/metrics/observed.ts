import { type Failure, whenEnded } from '../kernel/observation/operation.js';

/** Ends an observation. */
export type End = () => void;

/** Does a piece of work, and calls back when it has ended, with its duration in seconds. */
export function timed<T>(
  work: () => T,
  ended: (seconds: number, failure: Failure | undefined) => void,
): T {
  const since = performance.now();
  return whenEnded(work, (failure) => ended((performance.now() - since) / 1000, failure));
}
