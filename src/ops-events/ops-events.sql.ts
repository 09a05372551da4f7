import { type Query } from '../database/connections/statement.js';
import { columnsOf } from '../database/sql/columns.js';
import { Keyset } from '../database/sql/keyset.js';
import { type PageStart } from '../database/sql/list-query.js';
import { OpsEvent } from '../events/ops-event.entity.js';
import {
  earliestId,
  type EventFilter,
  eventsList,
  eventsOfNextAction,
  latestId,
} from '../feed/event-filter.js';
import { SHOWN_EVENT } from '../feed/shown-event.js';

const EVENT = columnsOf(OpsEvent);

/** The newest first: ids are ordered in time. */
export const NEWEST = Keyset.by(SHOWN_EVENT.only('id'));

/** A page of the feed, newest first. */
export function feedQuery(filter: EventFilter, start: PageStart): Query {
  const { since, until, nextActionId } = filter;
  const fromId = since === undefined ? undefined : earliestId(since);
  const toId = until === undefined ? undefined : latestId(until);
  const ofNextAction = nextActionId !== undefined;
  const list = ofNextAction
    ? eventsList('ops_events_nba', filter, { values: [nextActionId] })
    : eventsList('ops_events', filter, { values: [] });
  const from = ofNextAction ? eventsOfNextAction(EVENT.names(), '$1') : 'ops_events';
  return list
    .where('id', fromId, (id) => `id >= ${id}::uuid`)
    .where('to_id', toId, (id) => `id < ${id}::uuid`)
    .page({ select: SHOWN_EVENT.select(), from, keyset: NEWEST }, start);
}
