import { type LiveEvent } from '../../live/live.js';
import { nextActionOf } from '../../live/next-action-of.js';

/** The filters of the feed as the address has them; an empty string is no filter. */
export type EventFilters = Readonly<
  Record<'scope' | 'eventKey' | 'level' | 'actorId' | 'nextActionId' | 'since' | 'until', string>
>;

/** Whether the list has an event; `unknown`: only the server can say. */
export type Selected = 'yes' | 'no' | 'unknown';

/**
 * Whether the filters select an event of the live feed, as the server does for the list. The scope of an event
 * is in its meta or nowhere, so that a filter of scopes may leave it open. Source: docs/http-api.md, the feed.
 */
export function selects(filters: EventFilters, event: LiveEvent): Selected {
  const { scope, eventKey, level, actorId, nextActionId, since, until } = filters;
  const at = Date.parse(event.createdAt);
  const isOut =
    (eventKey !== '' && event.eventKey !== eventKey) ||
    (level !== '' && event.level !== level) ||
    (actorId !== '' && event.actorId !== actorId.toLowerCase()) ||
    (nextActionId !== '' && nextActionOf(event) !== nextActionId.toLowerCase()) ||
    (since !== '' && at < Date.parse(since)) ||
    (until !== '' && at >= Date.parse(until));
  return isOut ? 'no' : inScope(scope, event);
}

/** Stands in an id where something like a secret was. */
const REDACTED = '[redacted]';

function inScope(scope: string, { meta: { entityType, entityId } }: LiveEvent): Selected {
  if (scope === '' || scope === '*') return 'yes';
  if (typeof entityType !== 'string' || typeof entityId !== 'string') return 'unknown';
  const slash = scope.indexOf('/');
  if (entityType !== scope.slice(0, slash)) return 'no';
  const id = scope.slice(slash + 1);
  if (id === '*' || id === entityId) return 'yes';
  return entityId.includes(REDACTED) ? 'unknown' : 'no';
}
