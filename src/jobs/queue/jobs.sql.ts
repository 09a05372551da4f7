import { columnsOf } from '../../database/sql/columns.js';
import { payloadSql, scopeFieldSql } from './job.js';
import { JobAttempt } from './job-attempt.entity.js';

/** The columns of a running attempt. */
const OPENED = columnsOf(JobAttempt).without('finishedAt', 'errorCode', 'errorMessage');
/** What a worker needs of an attempt, besides its id. */
const RUNNING = OPENED.only('jobId', 'type', 'attempt', 'startedAt');

/**
 * Our statements on pg-boss's tables. The library has no call for exact pauses, fenced results, or a retry
 * with all attempts. Written against its schema version 24.
 */

/** How a dedupe key is locked for the rest of a transaction. `$1` type, `$2` key. */
export const LOCK_KEY = {
  name: 'lock_job_key',
  text: `SELECT pg_advisory_xact_lock(hashtextextended('job:' || $1::text || ':' || $2::text, 0))`,
};

/**
 * The waiting job of a key: for its first attempt (the first half, by the library's unique index of the
 * "short" policy) or for a further one. The lock makes workers skip it until the caller commits: a job that
 * started before would not see the caller's changes.
 */
export const FIND_WAITING = {
  name: 'find_waiting_job',
  text: `
    WITH fresh AS (
      SELECT id FROM pgboss.job
      WHERE name = $1 AND COALESCE(singleton_key, '') = $2 AND state = 'created' AND policy = 'short'
      FOR SHARE
    ), again AS (
      SELECT job.id FROM job_attempts attempt
      JOIN pgboss.job job ON job.name = attempt.type AND job.id = attempt.job_id
      WHERE attempt.type = $1 AND attempt.dedupe_key = $2 AND attempt.status <> 'succeeded'
        AND job.name = $1 AND job.state = 'retry'
      FOR SHARE OF job
    )
    SELECT id FROM fresh UNION SELECT id FROM again LIMIT 1`,
};

/** One worker claims at a time, so that "no job of this key runs" is true when the job is taken. */
export const LOCK_CLAIMS = {
  name: 'lock_job_claims',
  text: `SELECT pg_advisory_xact_lock(7234017283807667300)`,
};

/**
 * Claims up to `$2` due jobs of the types `$1` and inserts their attempts, with the ids `$3`, for the
 * worker `$4`. Two jobs of one key never run at the same time. `retry_count` counts as in the library: from
 * the second attempt.
 */
export const CLAIM = {
  name: 'claim_jobs',
  text: `
    WITH due AS (
      SELECT job.name, job.id, job.singleton_key, job.priority, job.created_on FROM pgboss.job job
      WHERE job.name = ANY($1::text[]) AND job.state < 'active' AND job.start_after <= now()
        AND NOT EXISTS (
          SELECT FROM job_attempts other
          WHERE other.status = 'running' AND other.type = job.name
            AND other.dedupe_key = job.singleton_key)
      ORDER BY job.priority DESC, job.created_on, job.id
      LIMIT $2
      FOR UPDATE OF job SKIP LOCKED
    ), single AS (
      SELECT DISTINCT ON (name, COALESCE(singleton_key, id::text)) name, id FROM due
      ORDER BY name, COALESCE(singleton_key, id::text), created_on, id
    ), claimed AS (
      UPDATE pgboss.job job SET
        state = 'active',
        started_on = now(),
        retry_count = job.retry_count + CASE WHEN job.started_on IS NULL THEN 0 ELSE 1 END
      FROM single WHERE job.name = single.name AND job.id = single.id
      RETURNING job.id, job.name, job.data, NULLIF(job.singleton_key, job.id::text) AS dedupe_key
    ), opened AS (
      INSERT INTO job_attempts (${OPENED.names()})
      SELECT ${OPENED.expressions({
        id: '($3::uuid[])[row_number() OVER ()]',
        jobId: 'claimed.id',
        type: 'claimed.name',
        attempt: `
          1 + (SELECT COALESCE(max(before.attempt), 0) FROM job_attempts before
               WHERE before.job_id = claimed.id)`,
        dedupeKey: 'claimed.dedupe_key',
        entityType: scopeFieldSql('claimed.data', 'entityType'),
        entityId: scopeFieldSql('claimed.data', 'entityId'),
        status: `'running'`,
        workerId: '$4',
        startedAt: 'now()',
        heartbeatAt: 'now()',
      })}
      FROM claimed
      RETURNING id, ${RUNNING.names()}
    )
    SELECT opened.id AS "attemptId", ${RUNNING.select('opened')},
      ${payloadSql('claimed.data')} AS payload
    FROM opened JOIN claimed ON claimed.id = opened.job_id AND claimed.name = opened.type
    ORDER BY opened.id`,
};

/** Records a heartbeat of running attempts; those that are not returned belong to another worker now. */
export const RECORD_HEARTBEATS = {
  name: 'record_job_heartbeats',
  text: `
    UPDATE job_attempts SET heartbeat_at = now()
    WHERE id = ANY($1::uuid[]) AND status = 'running' RETURNING id`,
};

/** Ends a successful attempt and its job, unless the attempt was considered lost meanwhile. */
export const SUCCEED = {
  name: 'succeed_job',
  text: `
    WITH attempt AS (
      UPDATE job_attempts SET status = 'succeeded', finished_at = now(), heartbeat_at = now()
      WHERE id = $1 AND status = 'running' RETURNING job_id, type
    )
    UPDATE pgboss.job job SET state = 'completed', completed_on = now()
    FROM attempt WHERE job.name = attempt.type AND job.id = attempt.job_id AND job.state = 'active'
    RETURNING job.id`,
};

/** Ends an attempt, with its error. */
export const END_ATTEMPT = {
  name: 'end_job_attempt',
  text: `
    UPDATE job_attempts SET status = $2, finished_at = now(), error_code = $3, error_message = $4
    WHERE id = $1 AND status = 'running' RETURNING id`,
};

/** The last attempt of a job whose attempts are used up. */
export const DEAD_LETTER_ATTEMPT = {
  name: 'dead_letter_job_attempt',
  text: `UPDATE job_attempts SET status = 'dead_lettered' WHERE id = $1`,
};

/** Attempts without a heartbeat for `$1` ms, locked. */
export const FIND_LOST = {
  name: 'find_lost_job_attempts',
  text: `
    SELECT id AS "attemptId", ${RUNNING.select()}
    FROM job_attempts
    WHERE status = 'running' AND heartbeat_at < now() - $1::int * interval '1 millisecond'
    ORDER BY heartbeat_at LIMIT 100 FOR UPDATE SKIP LOCKED`,
};

/**
 * A running job after a failed attempt: delayed by its next pause of `$3` (ms; an empty list: no pause), or
 * a dead letter if its attempts are used up.
 */
export const RETRY_OR_DEAD_LETTER = {
  name: 'retry_or_dead_letter_job',
  text: `
    UPDATE pgboss.job SET
      state = CASE WHEN retry_count < retry_limit THEN 'retry' ELSE 'failed' END::pgboss.job_state,
      start_after = CASE WHEN retry_count < retry_limit
        THEN now() + COALESCE(($3::int[])[LEAST(retry_count + 1, cardinality($3::int[]))], 0)
          * interval '1 millisecond'
        ELSE start_after END,
      completed_on = CASE WHEN retry_count < retry_limit THEN NULL ELSE now() END
    WHERE name = $1 AND id = $2 AND state = 'active'
    RETURNING state, start_after AS "startAfter"`,
};

/**
 * A running job that was interrupted by a stop: due at once, and the attempt does not count, because the
 * library counts an attempt only if `started_on` is set. In the state "retry": a job of the same key may
 * have been enqueued meanwhile, and only one may wait for a first attempt.
 */
export const PUT_BACK = {
  name: 'put_back_job',
  text: `
    UPDATE pgboss.job SET state = 'retry', started_on = NULL, start_after = now()
    WHERE name = $1 AND id = $2 AND state = 'active' RETURNING id`,
};

/** The state of a job, locked. `$1` the types, which let the look-up go straight to each partition. */
export const LOCK_JOB = {
  name: 'lock_job',
  text: `
    SELECT name AS type, state, singleton_key AS key FROM pgboss.job
    WHERE name = ANY($1::text[]) AND id = $2 FOR UPDATE`,
};

export const CANCEL = {
  name: 'cancel_job',
  text: `
    UPDATE pgboss.job SET state = 'cancelled', completed_on = now()
    WHERE name = $1 AND id = $2 AND state < 'active' RETURNING id`,
};

/** Restarts a dead-lettered or cancelled job: due at once, with `$3` further attempts after the first. */
export const REVIVE = {
  name: 'revive_job',
  text: `
    UPDATE pgboss.job SET state = 'created', start_after = now(), started_on = NULL,
      completed_on = NULL, retry_count = 0, retry_limit = $3,
      keep_until = GREATEST(keep_until, now() + interval '1 year')
    WHERE name = $1 AND id = $2 AND state IN ('failed', 'cancelled') RETURNING id`,
};

/** The last attempt of a restarted job is no dead letter any more. */
export const REVIVE_ATTEMPTS = {
  name: 'revive_job_attempts',
  text: `UPDATE job_attempts SET status = 'failed' WHERE job_id = $1 AND status = 'dead_lettered'`,
};

/** Attempts of jobs that the library has archived. */
export const DELETE_ORPHANED_ATTEMPTS = {
  name: 'delete_orphaned_job_attempts',
  text: `
    DELETE FROM job_attempts attempt
    WHERE attempt.status <> 'running' AND attempt.started_at < now() - interval '1 day'
      AND NOT EXISTS (
        SELECT FROM pgboss.job job WHERE job.name = attempt.type AND job.id = attempt.job_id)`,
};

/** Ticks that a process took from the library's own queue before it was killed. */
export const DELETE_LOST_TICKS = {
  name: 'delete_lost_ticks',
  text: `
    DELETE FROM pgboss.job
    WHERE name = '__pgboss__send-it' AND state = 'active' AND started_on < now() - interval '1 day'`,
};
