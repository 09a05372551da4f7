import { types } from 'node:util';

/** What a piece of work threw, or its promise was rejected with. */
export interface Failure {
  readonly error: unknown;
}

/** Ends an observation. */
export type End = () => void;

/** Does a piece of work, and calls back when it has ended, with its duration in seconds. */
export function timed<T>(
  work: () => T,
  ended: (seconds: number, failure: Failure | undefined) => void,
): T {
  const since = performance.now();
  const end = (failure?: Failure): void => ended((performance.now() - since) / 1000, failure);
  let result: T;
  try {
    result = work();
  } catch (error) {
    end({ error });
    throw error;
  }
  if (types.isPromise(result)) {
    result.then(
      () => end(),
      (error: unknown) => end({ error }),
    );
  } else {
    end();
  }
  return result;
}
