import { type DomainEventName, type EventLevel } from '../events/domain-events.js';
import { ListQuery } from '../database/sql/list-query.js';
import { SYSTEM_ACTOR } from '../kernel/actor.js';
import { type VisibleRows, visibleRows } from '../kernel/grants.js';
import { ScopeFilter } from '../kernel/scope.js';
import { firstUuidV7 } from '../kernel/uuid.js';
import { type OpsEvent } from '../events/ops-event.entity.js';

/** Every event: for the application itself. */
export const EVERY_EVENT: VisibleRows = visibleRows({}, SYSTEM_ACTOR);

/** What a list of events is restricted to. */
export interface EventFilter {
  readonly eventKey?: DomainEventName | undefined;
  readonly level?: EventLevel | undefined;
  readonly actorId?: string | undefined;
  /** In lower case. */
  readonly nextActionId?: string | undefined;
  /** Those that its reader may see. */
  readonly visible: VisibleRows;
  /** ISO 8601, included. */
  readonly since?: string | undefined;
  /** ISO 8601, excluded. */
  readonly until?: string | undefined;
}

/** Most that an event's id may be off its time, in ms: the clock may be set between the two. */
const ID_TOLERANCE_MS = 1000;

/**
 * No event since then has a smaller id. There is no index on the time; ids are in the order of time, so this
 * bound ends the scan of a list by id, and it selects the partitions to read.
 */
export function earliestId(since: string): string {
  return firstUuidV7(new Date(Date.parse(since) - ID_TOLERANCE_MS));
}

/** Every event before then has a smaller id. */
export function latestId(until: string): string {
  return firstUuidV7(new Date(Date.parse(until) + ID_TOLERANCE_MS));
}

/**
 * The rows of `ops_events` about the next best action in a parameter, and about the jobs that were enqueued
 * for it: few, found by an index each. OFFSET 0 keeps the planner from walking through all events in the
 * order of a list instead.
 */
export function eventsOfNextAction(columns: string, id: string): string {
  return `(
    SELECT ${columns} FROM ops_events WHERE source_id = ${id} AND source_type = 'next_action'
    UNION ALL
    SELECT ${columns} FROM ops_events WHERE meta->>'nextActionId' = ${id}
      AND source_type IS DISTINCT FROM 'next_action'
    OFFSET 0) AS about`;
}

/**
 * A list of the events of a filter: in `ops_events`, or in {@link eventsOfNextAction} for its NBA. `base` has
 * its further conditions and the first values.
 */
export function eventsList(
  name: string,
  filter: EventFilter,
  base: { readonly conditions?: readonly string[]; readonly values: readonly unknown[] },
): ListQuery {
  const { eventKey, level, actorId, visible, since, until } = filter;
  const list = ListQuery.visible(name, visible, base);
  list.where('key', eventKey, (key) => `event_key = ${key}`);
  // A constant of the list of levels: only then can the partial index be used.
  if (level !== undefined) list.when(`level_${level}`, `level = '${level}'`);
  return list
    .where('actor', actorId, (id) => `actor_id = ${id}`)
    .where('since', since, (time) => `created_at >= ${time}::timestamptz`)
    .where('until', until, (time) => `created_at < ${time}::timestamptz`);
}

/** The parts of an event that a filter looks at. */
export type FilteredEvent = Pick<
  OpsEvent,
  'eventKey' | 'level' | 'actorId' | 'sourceType' | 'sourceId' | 'entityType' | 'entityId' | 'meta'
>;

/** Whether a filter selects an event: the conditions of {@link eventsList} but for the times, in memory. */
export function selects(filter: EventFilter, event: FilteredEvent): boolean {
  const { eventKey, level, actorId, nextActionId, visible } = filter;
  return (
    (eventKey === undefined || event.eventKey === eventKey) &&
    (level === undefined || event.level === level) &&
    (actorId === undefined || event.actorId === actorId) &&
    (nextActionId === undefined || isAbout(nextActionId, event)) &&
    isVisible(visible, event)
  );
}

/** The condition of {@link eventsOfNextAction}. */
function isAbout(nextActionId: string, { sourceType, sourceId, meta }: FilteredEvent): boolean {
  if (sourceType === 'next_action') return sourceId === nextActionId;
  return (meta as { nextActionId?: unknown }).nextActionId === nextActionId;
}

/** The condition of ListQuery.visible. */
function isVisible({ scopes, unscoped }: VisibleRows, event: FilteredEvent): boolean {
  const { entityType, entityId } = event;
  if (entityType === null || entityId === null) return scopes.kind === 'all' && unscoped;
  return scopes.includes(ScopeFilter.of({ entityType, entityId }));
}
