import { columnsOf } from '../../database/sql/columns.js';
import { isGranted, isVisible } from '../../database/sql/scope-condition.js';
import { type Statement } from '../../database/connections/statement.js';
import { JobAttempt } from './job-attempt.entity.js';
import { JobRow } from './job.entity.js';

const ATTEMPT = columnsOf(JobAttempt);
/** What the attempt and its result are made of. */
const ENDED = columnsOf(JobRow)
  .only(
    'id',
    'attempts',
    'state',
    'workerId',
    'startedAt',
    'heartbeatAt',
    'runAfter',
    'entityType',
    'entityId',
  )
  .names('jobs');

/** Inserts the attempts of the jobs in `ended`, with this status and error. */
function insertAttempts(status: string, code = 'NULL', message = 'NULL'): string {
  return `
    INSERT INTO job_attempts (${ATTEMPT.names()})
    SELECT ${ATTEMPT.expressions({
      jobId: 'id',
      attempt: 'attempts',
      status,
      workerId: 'worker_id',
      startedAt: 'started_at',
      heartbeatAt: 'heartbeat_at',
      finishedAt: 'now()',
      errorCode: code,
      errorMessage: message,
    })} FROM ended`;
}

/**
 * The attempts `$1`, `$2`. The sub-selects keep the lengths of the lists from the planner: by them it would
 * find each list cheaper than one of unknown length, and plan the statement again at each execution.
 */
const HELD = `unnest((SELECT $1::uuid[]), (SELECT $2::int[])) AS held (id, attempt)`;

/**
 * The fence: only a running attempt matches. The state stands in a CASE so that the planner reads the jobs
 * by their ids: by statistics from a moment in which nothing ran it would read all of `ix_jobs_heartbeat`,
 * with the dead entries of every job since the last vacuum.
 */
const FENCE = `
  jobs.id = held.id AND jobs.attempts = CASE jobs.state WHEN 'running' THEN held.attempt END`;

/** Records a heartbeat of the attempts `$1`, `$2`; those that are not returned belong to another worker. */
export const RECORD_HEARTBEATS: Statement = {
  name: 'record_job_heartbeats',
  text: `
    UPDATE jobs SET heartbeat_at = now()
    FROM ${HELD}
    WHERE ${FENCE}
    RETURNING jobs.id AS "jobId", jobs.attempts AS attempt`,
};

/** Ends the successful attempts `$1`, `$2` and their jobs; returns those that still belonged to the worker. */
export const SUCCEED: Statement = {
  name: 'succeed_jobs',
  text: `
    WITH ended AS (
      UPDATE jobs SET
        state = 'completed', finished_at = now(), heartbeat_at = now(),
        last_error_code = NULL, last_error_message = NULL
      FROM ${HELD}
      WHERE ${FENCE}
      RETURNING ${ENDED}
    )
    ${insertAttempts(`'succeeded'`)}
    RETURNING job_id AS "jobId", attempt`,
};

/**
 * Ends the failed attempt `$1`, `$2` with the error `$3`, `$4`. Its job waits for the next of the pauses
 * `$5` (ms), or for none if `$6`; or it is dead-lettered if the pauses are used up.
 */
export const FAIL: Statement = {
  name: 'fail_job',
  text: `
    WITH job AS (
      SELECT id, failed_attempts < cardinality($5::int[]) AS again FROM jobs
      WHERE id = $1 AND attempts = $2 AND state = 'running' FOR UPDATE
    ), ended AS (
      UPDATE jobs SET
        state = CASE WHEN again THEN 'retrying' ELSE 'dead_lettered' END,
        failed_attempts = failed_attempts + 1,
        run_after = CASE WHEN again AND NOT $6::boolean
          THEN now() + ($5::int[])[failed_attempts + 1] * interval '1 millisecond' ELSE now() END,
        finished_at = CASE WHEN again THEN NULL ELSE now() END,
        last_error_code = $3, last_error_message = $4
      FROM job WHERE jobs.id = job.id
      RETURNING ${ENDED}
    ), recorded AS (
      ${insertAttempts(`CASE state WHEN 'retrying' THEN 'failed' ELSE state END`, '$3', '$4')}
    )
    SELECT state, run_after AS "runAfter", entity_type AS "entityType", entity_id AS "entityId"
    FROM ended`,
};

/** Ends the attempt `$1`, `$2` that was interrupted, for the reason `$3`, `$4`: due at once, and not counted. */
export const PUT_BACK: Statement = {
  name: 'put_back_job',
  text: `
    WITH ended AS (
      UPDATE jobs SET
        state = 'retrying', run_after = now(), last_error_code = $3, last_error_message = $4
      WHERE id = $1 AND attempts = $2 AND state = 'running'
      RETURNING ${ENDED}
    )
    ${insertAttempts(`'interrupted'`, '$3', '$4')}
    RETURNING job_id`,
};

/** Running jobs without a heartbeat for `$1` ms, locked. */
export const FIND_LOST: Statement = {
  name: 'find_lost_jobs',
  text: `
    SELECT id AS "jobId", type, attempts AS attempt, started_at AS "startedAt",
      next_action_id AS "nextActionId", trace_parent AS "traceParent"
    FROM jobs
    WHERE state = 'running' AND heartbeat_at < now() - $1::int * interval '1 millisecond'
    ORDER BY heartbeat_at LIMIT 100 FOR UPDATE SKIP LOCKED`,
};

/** A job's type, state and dedupe key; the job is locked. */
export const LOCK_JOB: Statement = {
  name: 'lock_job',
  text: `
    SELECT type, state, dedupe_key AS key, entity_type AS "entityType", entity_id AS "entityId",
      next_action_id AS "nextActionId"
    FROM jobs WHERE id = $1 AND ${isGranted('$2')} AND ${isVisible('$3')} FOR UPDATE`,
};

export const CANCEL: Statement = {
  name: 'cancel_job',
  text: `
    UPDATE jobs SET state = 'cancelled', finished_at = now()
    WHERE id = $1 AND state IN ('waiting', 'retrying') RETURNING id`,
};

const CANCELLED = columnsOf(JobRow).only('id', 'type', 'entityType', 'entityId', 'nextActionId');

/** Cancels a job that no worker has begun. */
export const CANCEL_UNSTARTED: Statement = {
  name: 'cancel_unstarted_job',
  text: `
    UPDATE jobs SET state = 'cancelled', finished_at = now()
    WHERE id = $1 AND state = 'waiting' AND attempts = 0
    RETURNING ${CANCELLED.select()}`,
};

/** Whether a job of the type `$1` and the key `$2` waits: one row if so. */
export const FIND_WAITING: Statement = {
  name: 'find_waiting_job',
  text: `
    SELECT id FROM jobs WHERE type = $1 AND dedupe_key = $2 AND state = 'waiting'
    UNION ALL
    SELECT id FROM jobs WHERE type = $1 AND dedupe_key = $2 AND state = 'retrying'
    LIMIT 1`,
};

/** Restarts a dead-lettered or cancelled job: due at once, with all its attempts. */
export const REVIVE: Statement = {
  name: 'revive_job',
  text: `
    UPDATE jobs SET state = 'waiting', run_after = now(), failed_attempts = 0, finished_at = NULL
    WHERE id = $1`,
};

/** The last attempt of a restarted job is no dead letter any more. */
export const REVIVE_ATTEMPTS: Statement = {
  name: 'revive_job_attempts',
  text: `UPDATE job_attempts SET status = 'failed' WHERE job_id = $1 AND status = 'dead_lettered'`,
};
