import { type Statement } from '../database/connections/statement.js';
import { columnsOf } from '../database/sql/columns.js';
import { PendingEventRow } from './pending-event.entity.js';

const PENDING = columnsOf(PendingEventRow);
const ADDED = PENDING.without('subscriber', 'jobId', 'givenUpAt');

/** Adds the events `$2`–`$6` for the subscriber `$1`. */
export const ADD_PENDING: Statement = {
  name: 'add_subscriber_events',
  text: `
    INSERT INTO subscriber_events (subscriber, ${ADDED.names()})
    SELECT $1, added.* FROM unnest(
      $2::uuid[], $3::text[], $4::text[], $5::int[], $6::bigint[]) AS added
    ON CONFLICT DO NOTHING`,
};

/**
 * The scopes of `$2` in which an event of the subscriber `$1` has a job, locked. A job that ends at this
 * moment has deleted its event and looked for the next one, or waits for this lock and then sees what was
 * added: so no scope is left without a job.
 */
export const LOCK_RUNNING: Statement = {
  name: 'lock_running_subscriber_events',
  text: `
    SELECT scope_key AS "scopeKey" FROM subscriber_events
    WHERE subscriber = $1 AND scope_key = ANY($2::text[])
      AND job_id IS NOT NULL AND given_up_at IS NULL
    FOR UPDATE`,
};

/** The first event of each scope of `$2` that waits for the subscriber `$1`. */
export const FIRST_PENDING: Statement = {
  name: 'first_subscriber_events',
  text: `
    SELECT first.* FROM unnest($2::text[]) AS wanted (scope_key) CROSS JOIN LATERAL (
      SELECT ${PENDING.only('eventId', 'eventKey', 'scopeKey').select()} FROM subscriber_events
      WHERE subscriber = $1 AND scope_key = wanted.scope_key AND given_up_at IS NULL
      ORDER BY epoch, xid, event_id LIMIT 1) AS first`,
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
