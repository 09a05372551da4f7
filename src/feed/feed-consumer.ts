import { type Transaction } from '../database/transactions/transaction.js';
import { type EventFilter } from './event-filter.js';
import { type FeedEvent } from './feed.sql.js';

/**
 * Processes every event, in the order of commits, across restarts and with any number of processes: one at a
 * time has the turn. Its cursor moves in the transaction that it is given. What it does in that transaction
 * happens exactly once for each event; what it does elsewhere at least once.
 */
export interface FeedConsumer {
  /** Names its cursor: unique, and never changed. */
  readonly name: string;
  /** Only these events; all unless given. Never changed either: the cursor has passed the others. */
  readonly filter?: Omit<EventFilter, 'visible'>;
  /** Where a new consumer begins: after what is there (default), or with the oldest event on record. */
  readonly from?: 'now' | 'oldest';
  /** Most events of one transaction; 100 unless given. */
  readonly batchSize?: number;
  /**
   * Processes some events, at least one. May run again for the same events after a failure, with everything
   * rolled back that it did in `tx`. Keep it short: the open transaction holds back other readers.
   */
  consume(events: readonly FeedEvent[], tx: Transaction): Promise<void>;
}

/** Receives events in this process only, in the order of commits, from the position that it began at. */
export type FeedListener = (events: readonly FeedEvent[]) => void;
