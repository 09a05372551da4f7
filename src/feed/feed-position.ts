import { NIL_UUID } from '../kernel/uuid.js';

/**
 * The position of an event in the order of commits. Sorted by epoch, then xid, then id: for a reader that
 * stays below the horizon, no event ever appears before a position that it has read.
 */
export interface FeedPosition {
  readonly epoch: number;
  /** The id of the transaction, a 64-bit number. */
  readonly xid: string;
  /** The id of the event, in lower case. */
  readonly id: string;
}

/** The position before every event. */
export const FEED_START: FeedPosition = {
  epoch: 0,
  xid: '0',
  id: NIL_UUID,
};

/** Negative if `a` comes before `b`, positive if after, 0 if they are the same. */
export function comparePositions(a: FeedPosition, b: FeedPosition): number {
  if (a === b) return 0;
  if (a.epoch !== b.epoch) return a.epoch - b.epoch;
  const [first, second] = [BigInt(a.xid), BigInt(b.xid)];
  if (first !== second) return first < second ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** The position alone, of a row that has more. */
export function positionOf({ epoch, xid, id }: FeedPosition): FeedPosition {
  return { epoch, xid, id };
}
