import { type Query } from '../database/connections/statement.js';
import { columnsOf, type RowOf } from '../database/sql/columns.js';
import { Keyset } from '../database/sql/keyset.js';
import { ListQuery, type PageStart } from '../database/sql/list-query.js';
import { type DomainEventName } from '../events/domain-events.js';
import { OpsEvent } from '../events/ops-event.entity.js';
import { firstUuidV7 } from '../kernel/uuid.js';

/** The columns that the feed shows. */
const SHOWN = columnsOf(OpsEvent).without('entityType', 'entityId');

/** An event as the feed shows it. */
export type ShownEvent = RowOf<typeof SHOWN>;

/** The newest first: ids are ordered in time. */
export const NEWEST = Keyset.by(SHOWN.only('id'));

/** What a page of the feed is restricted to. */
export interface FeedFilter {
  readonly eventKey?: DomainEventName | undefined;
  /** ISO 8601. */
  readonly since?: string | undefined;
  /** In lower case. */
  readonly nextActionId?: string | undefined;
}

/** Most that an event's id may be behind its time, in ms: the clock may be set back between the two. */
const ID_TOLERANCE_MS = 1000;

/** A page of the feed, newest first. */
export function feedQuery({ eventKey, since, nextActionId }: FeedFilter, start: PageStart): Query {
  // There is no index on the time. Ids are in the order of time, so a bound on the id ends the scan, and
  // leaves out the partitions before it.
  const fromId =
    since === undefined ? undefined : firstUuidV7(new Date(Date.parse(since) - ID_TOLERANCE_MS));
  return new ListQuery('ops_events')
    .where('key', eventKey, (key) => `event_key = ${key}`)
    .where('nba', nextActionId, (id) => `source_type = 'next_action' AND source_id = ${id}`)
    .where('since', since, (time) => `created_at >= ${time}::timestamptz`)
    .where('id', fromId, (id) => `id >= ${id}::uuid`)
    .page({ select: SHOWN.select(), from: 'ops_events', keyset: NEWEST }, start);
}
