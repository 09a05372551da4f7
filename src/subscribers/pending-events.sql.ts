import { type Statement } from '../database/connections/statement.js';
import { columnsOf } from '../database/sql/columns.js';
import { PendingEventRow } from './pending-event.entity.js';

const PENDING = columnsOf(PendingEventRow);
const ADDED = PENDING.without('subscriber', 'jobId', 'givenUpAt');

/** Adds the events `$2`–`$7` for the subscriber `$1`. */
export const ADD_PENDING: Statement = {
  name: 'add_subscriber_events',
  text: `
    INSERT INTO subscriber_events (subscriber, ${ADDED.names()})
    SELECT $1, added.* FROM unnest(
      $2::uuid[], $3::text[], $4::text[], $5::int[], $6::bigint[], $7::text[]) AS added
    ON CONFLICT DO NOTHING`,
};

/**
 * Locks the scopes `$2` of the subscriber `$1` until the transaction ends, in one order. Whoever looks what
 * comes next in a scope takes this lock after its own changes, and looks in a later statement: so it sees
 * what the one before it has left, and no scope is left with events and without a job. There may be no row
 * to lock instead: the one that had a job is gone then, and another one may have got its job meanwhile.
 */
export const LOCK_SCOPES: Statement = {
  name: 'lock_subscriber_scopes',
  text: `
    SELECT pg_advisory_xact_lock(key) FROM (
      SELECT DISTINCT hashtextextended('subscriber ' || $1 || ' ' || scope_key, 0) AS key
      FROM unnest($2::text[]) AS wanted (scope_key) ORDER BY key) AS ordered`,
};

/**
 * The first event of each scope of `$2` in which the subscriber `$1` has none with a job. `NOT EXISTS` would
 * be hashed: it would read the running events of all scopes.
 */
export const FIRST_PENDING: Statement = {
  name: 'first_subscriber_events',
  text: `
    SELECT first.* FROM unnest($2::text[]) AS wanted (scope_key) CROSS JOIN LATERAL (
      SELECT ${PENDING.only('eventId', 'eventKey', 'scopeKey', 'traceParent').select()} FROM subscriber_events
      WHERE subscriber = $1 AND scope_key = wanted.scope_key AND given_up_at IS NULL
      ORDER BY epoch, xid, event_id LIMIT 1) AS first
    WHERE (
      SELECT true FROM subscriber_events AS running
      WHERE running.subscriber = $1 AND running.scope_key = wanted.scope_key
        AND running.job_id IS NOT NULL AND running.given_up_at IS NULL) IS NOT TRUE`,
};

/** Notes the jobs `$3` of the events `$2`. */
export const START_PENDING: Statement = {
  name: 'start_subscriber_events',
  text: `
    UPDATE subscriber_events SET job_id = started.job_id
    FROM unnest($2::uuid[], $3::uuid[]) AS started (event_id, job_id)
    WHERE subscriber = $1 AND subscriber_events.event_id = started.event_id`,
};

const OF_JOB = 'subscriber = $1 AND event_id = $2 AND job_id = $3';

/** One row if the event `$2` of the job `$3` is still to be processed. */
export const FIND_PENDING: Statement = {
  name: 'find_subscriber_event',
  text: `SELECT event_id FROM subscriber_events WHERE ${OF_JOB}`,
};

/** Deletes the event `$2` of the job `$3`: it was processed. */
export const END_PENDING: Statement = {
  name: 'end_subscriber_event',
  text: `DELETE FROM subscriber_events WHERE ${OF_JOB} RETURNING scope_key AS "scopeKey"`,
};

/** Marks the events of the jobs `$2`, which were dead-lettered or cancelled. */
export const GIVE_UP: Statement = {
  name: 'give_up_subscriber_events',
  text: `
    UPDATE subscriber_events SET given_up_at = now()
    WHERE subscriber = $1 AND job_id = ANY($2::uuid[]) RETURNING scope_key AS "scopeKey"`,
};
