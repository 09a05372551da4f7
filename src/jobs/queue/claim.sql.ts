import { columnsOf } from '../../database/sql/columns.js';
import { type Statement } from '../../database/connections/statement.js';
import { JobRow } from './job.entity.js';

/** What a worker needs of a job that it claimed. */
export const CLAIMED = columnsOf(JobRow).only(
  'type',
  'payload',
  'nextActionId',
  'runAfter',
  'startedAt',
  'traceParent',
);

/**
 * Claims up to `limit` due jobs for the worker `$2`. The types `$1` take turns: the first one is claimed
 * first, so the caller rotates them, and a long backlog of one type does not hold up the others. Of each
 * type the jobs that are due first are read from `ix_jobs_due`, past those that others have locked. Jobs of
 * a key that runs are skipped; if two workers claim two jobs of a key at once, `uq_jobs_running_key` fails
 * the second claim, which then runs again. `NOT EXISTS` would be hashed: it would read all running jobs, and
 * the dead entries of `ix_jobs_heartbeat`, at each claim.
 *
 * The limit is a part of the text: for a parameter, PostgreSQL would plan to read a tenth of the backlog.
 */
export function claimStatement(limit: number): Statement {
  return {
    name: `claim_jobs_${limit}`,
    text: `
    WITH due AS MATERIALIZED (
      SELECT job.id, job.type, job.dedupe_key
      FROM unnest($1::text[]) AS wanted (type) CROSS JOIN LATERAL (
        SELECT id, type, dedupe_key FROM jobs AS waiting
        WHERE type = wanted.type AND state IN ('waiting', 'retrying') AND run_after <= now()
          AND (dedupe_key IS NULL OR (
            SELECT true FROM jobs AS running
            WHERE running.type = waiting.type AND running.dedupe_key = waiting.dedupe_key
              AND running.state = 'running') IS NOT TRUE)
        ORDER BY type, run_after, id
        LIMIT ${limit}
        FOR UPDATE SKIP LOCKED) AS job
      LIMIT ${limit}
    )
    UPDATE jobs SET
      state = 'running', attempts = attempts + 1, worker_id = $2, started_at = now(), heartbeat_at = now()
    FROM due
    WHERE jobs.id = due.id AND NOT EXISTS (
      SELECT FROM due AS twin
      WHERE twin.type = due.type AND twin.dedupe_key = due.dedupe_key AND twin.id < due.id)
    RETURNING jobs.id AS "jobId", jobs.attempts AS attempt, ${CLAIMED.select('jobs')}`,
  };
}

/** One row if the attempt `$1`, `$2` still runs, whose job is locked: nobody takes it over meanwhile. */
export const HOLD: Statement = {
  name: 'hold_job',
  text: `SELECT id FROM jobs WHERE id = $1 AND attempts = $2 AND state = 'running' FOR UPDATE`,
};
