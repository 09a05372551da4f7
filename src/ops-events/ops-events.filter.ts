import { type Actor } from '../kernel/actor.js';
import { visibleRows } from '../kernel/grants.js';
import { type EventFilter } from '../feed/event-filter.js';
import { type FeedPosition } from '../feed/feed-position.js';
import { type EventFilterQuery, type ListOpsEventsQuery } from './ops-events.dto.js';

/** Name of the list in its cursors. */
export const LIST = 'ops-events';

/**
 * The filter of a query, narrowed to what the actor may see. Its properties are always in the same order: a
 * cursor is bound to them. Throws a 404 where the query names a scope of which the actor may see nothing.
 */
export function filterOf(
  query: EventFilterQuery & Pick<ListOpsEventsQuery, 'since' | 'until'>,
  actor: Pick<Actor, 'permissions' | 'scopes'>,
): EventFilter {
  const { eventKey, since, nextActionId, until, level, actorId } = query;
  return {
    eventKey,
    since,
    nextActionId: nextActionId?.toLowerCase(),
    until,
    level,
    actorId: actorId?.toLowerCase(),
    visible: visibleRows(query, actor),
  };
}

/** What the cursors of the list in commit order are bound to. */
export function inCommitOrder(filter: EventFilter): object {
  return { ...filter, order: 'asc' };
}

/** The position in a cursor, as it was sealed. */
export function positionIn([epoch, xid, id]: readonly (string | number)[]): FeedPosition {
  return { epoch: Number(epoch), xid: String(xid), id: String(id) };
}
