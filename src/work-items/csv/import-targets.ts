import { type BatchOutcome } from '../work-items.service.js';

/** Where an import puts its items: each batch at once, all at the end, or nowhere. */
export interface ImportTarget {
  /** Takes a batch of records of items that were checked; throws a DomainError below 500 if it can't be stored. */
  store(records: readonly string[]): Promise<BatchOutcome>;
  /** Ends an import in which no row was refused. */
  finish(): Promise<BatchOutcome>;
  /** Forgets what is not stored yet. */
  discard(): Promise<void>;
}

export const NO_CHANGE: BatchOutcome = { created: 0, updated: 0, unchanged: 0 };

/** A target that is done with a batch once it took it. */
export function batchTarget(store: ImportTarget['store']): ImportTarget {
  return {
    store,
    finish: () => Promise.resolve(NO_CHANGE),
    discard: () => Promise.resolve(),
  };
}
