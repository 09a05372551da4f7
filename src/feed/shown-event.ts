import { columnsOf, type RowOf } from '../database/sql/columns.js';
import { OpsEvent } from '../events/ops-event.entity.js';
import { type FeedEvent } from './feed.sql.js';

/** The columns of an event that leave the application. */
export const SHOWN_EVENT = columnsOf(OpsEvent).without(
  'entityType',
  'entityId',
  'traceParent',
  'epoch',
  'xid',
);

/** An event as it leaves the application: in the feed over HTTP and in webhooks. */
export type ShownEvent = RowOf<typeof SHOWN_EVENT>;

/** An event of the commit-ordered feed as it is shown. */
export function shownEvent(event: FeedEvent): ShownEvent {
  const fields = SHOWN_EVENT.properties.map((property) => [property, event[property]]);
  return Object.fromEntries(fields) as ShownEvent;
}
