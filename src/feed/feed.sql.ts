import { type Query, type Statement } from '../database/connections/statement.js';
import { columnsOf, type RowOf } from '../database/sql/columns.js';
import { Keyset } from '../database/sql/keyset.js';
import { ListQuery } from '../database/sql/list-query.js';
import { OpsEvent } from '../events/ops-event.entity.js';
import { earliestId, type EventFilter, eventsOfNextAction, eventsList } from './event-filter.js';
import { type FeedPosition } from './feed-position.js';

const EVENT = columnsOf(OpsEvent);

/** An event of the feed, with its position. */
export type FeedEvent = RowOf<typeof EVENT>;

/** Most events that one read of a filtered feed looks at. */
export const SCAN_LIMIT = 10_000;

/**
 * Longest transaction that a start by time must not miss, in ms. A transaction is given its id with its
 * first change, and may publish an event long after that. Jobs end after 6 hours at most.
 */
const LONGEST_TRANSACTION_MS = 24 * 3_600_000;

const COMMIT_ORDER = Keyset.by(EVENT.only('epoch', 'xid', 'id'), undefined, 'ASC');

/** The horizon: every transaction below it has ended. In the snapshot of the statement that reads. */
const EPOCH = '(SELECT max(epoch) FROM feed_epochs)';
const HORIZON = 'pg_snapshot_xmin(pg_current_snapshot())::text::bigint';
const BELOW_HORIZON = `(epoch, xid) < (${EPOCH}, ${HORIZON})`;

/** Where the transactions stand, and whether the event of a position is still on record. */
export const FEED_STATE: Statement = {
  name: 'feed_state',
  text: `
    SELECT pg_snapshot_xmin(now)::text AS xmin, pg_snapshot_xmax(now)::text AS xmax,
      EXISTS (SELECT FROM ops_events WHERE id = $1::uuid) AS "onRecord"
    FROM pg_current_snapshot() AS now`,
};

/** What {@link FEED_STATE} returns. */
export interface FeedState {
  /** The horizon: the oldest transaction that is still open. */
  readonly xmin: string;
  /** The one after the newest that has ended; equal to the horizon if nothing is held back. */
  readonly xmax: string;
  readonly onRecord: boolean;
}

/** The newest position below the horizon; no row in an empty feed. */
export const FEED_TIP: Statement = {
  name: 'feed_tip',
  text: `
    SELECT epoch, xid, id FROM ops_events WHERE ${BELOW_HORIZON}
    ORDER BY epoch DESC, xid DESC, id DESC LIMIT 1`,
};

/** One event; it may be above the horizon. */
export const FIND_FEED_EVENT: Statement = {
  name: 'find_feed_event',
  text: `SELECT ${EVENT.select()} FROM ops_events WHERE id = $1`,
};

/** A position that every event since a time comes after. */
export function feedStart(since: string): Query {
  const before = new Date(Date.parse(since) - LONGEST_TRANSACTION_MS).toISOString();
  return {
    statement: {
      name: 'feed_start',
      text: 'SELECT epoch, xid, id FROM ops_events WHERE id < $1::uuid ORDER BY id DESC LIMIT 1',
    },
    values: [earliestId(before)],
  };
}

/** The events after a position, without a filter. */
export function feedPage(after: FeedPosition, limit: number): Query {
  const values: unknown[] = [];
  const range = scanRange(values, after);
  const base = { conditions: [range, BELOW_HORIZON], values };
  return ListQuery.unscoped('feed', 'for consumers of this application', base).page(
    { select: EVENT.select(), from: 'ops_events', keyset: COMMIT_ORDER },
    { limit },
  );
}

/** Where a read of a filtered feed ends: at the limit of its scan, or at the newest position. */
export interface ScanEnd extends FeedPosition {
  readonly more: boolean;
}

/** Up to which position a read of a filtered feed looks; no row if there is nothing after the position. */
export function feedScanEnd(after: FeedPosition, { since }: EventFilter): Query {
  const values: unknown[] = [];
  const range = scanRange(values, after, since);
  const scanned = `SELECT epoch, xid, id FROM ops_events WHERE ${range} AND ${BELOW_HORIZON}`;
  return {
    statement: {
      name: 'feed_scan_end',
      text: `
        (SELECT *, true AS more FROM (
          ${scanned} ORDER BY epoch, xid, id OFFSET (SELECT ${SCAN_LIMIT - 1}) LIMIT 1) AS limited)
        UNION ALL
        (SELECT *, false FROM (
          ${scanned} ORDER BY epoch DESC, xid DESC, id DESC LIMIT 1) AS newest)
        ORDER BY more DESC LIMIT 1`,
    },
    values,
  };
}

/**
 * The events of a filter between a position and the end of the scan. The scan is a subquery with a limit, so
 * that it reads the index in its order whatever the filter selects, and ends where a page is full. The end is
 * outside, and the limit hidden: otherwise the planner may sort all that is there.
 */
export function filteredFeedPage(
  after: FeedPosition,
  end: FeedPosition,
  filter: EventFilter,
  limit: number,
): Query {
  const values: unknown[] = [];
  const range = scanRange(values, after, filter.since);
  const upTo = positionParameters(values, end);
  const from = `
    (SELECT ${EVENT.names()} FROM ops_events WHERE ${range} AND ${BELOW_HORIZON}
     ORDER BY epoch, xid, id LIMIT (SELECT ${SCAN_LIMIT})) AS scanned`;
  const base = { conditions: [`(epoch, xid, id) <= (${upTo})`], values };
  const name = filter.since === undefined ? 'feed_filtered' : 'feed_filtered_since';
  return eventsList(name, filter, base).page(
    { select: EVENT.select(), from, keyset: COMMIT_ORDER },
    { limit },
  );
}

/** The events of one next best action and of its jobs. */
export function nextActionFeedPage(
  after: FeedPosition,
  filter: EventFilter & { readonly nextActionId: string },
  limit: number,
): Query {
  const { nextActionId } = filter;
  const from = eventsOfNextAction(EVENT.names(), '$1');
  const base = { conditions: [BELOW_HORIZON], values: [nextActionId] };
  return eventsList('feed_nba', filter, base).page(
    { select: EVENT.select(), from, keyset: COMMIT_ORDER },
    { limit, after: COMMIT_ORDER.positionOf(after) },
  );
}

/** After a position, and not before the partitions and ids of a time. */
function scanRange(values: unknown[], after: FeedPosition, since?: string): string {
  const behind = `(epoch, xid, id) > (${positionParameters(values, after)})`;
  if (since === undefined) return behind;
  return `${behind} AND id >= $${values.push(earliestId(since))}::uuid`;
}

/**
 * The values of a position, hidden from the planner. It knows that nearly all events have the epoch of the
 * position, expects a few rows after it, and would read and sort everything that is there.
 */
function positionParameters(values: unknown[], { epoch, xid, id }: FeedPosition): string {
  const bound = { int: epoch, bigint: xid, uuid: id };
  return Object.entries(bound)
    .map(([type, value]) => `(SELECT $${values.push(value)}::${type})`)
    .join(', ');
}
