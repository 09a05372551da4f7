import { type Statement } from '../../database/connections/statement.js';
import { type TransactionRunner } from '../../database/transactions/transaction-runner.js';

/** How long a job that ended stays listed, in days. */
export const JOB_RETENTION_DAYS = { completed: 3, cancelled: 3, dead_lettered: 30 } as const;

/** Rows of a batch: its locks are held for a moment only. */
const BATCH = 1000;

const STATES = Object.keys(JOB_RETENTION_DAYS);
const DAYS = Object.values(JOB_RETENTION_DAYS);

/** Deletes a batch of jobs past their retention, each with its attempts, by `ix_jobs_ended`. */
const DELETE_ENDED_JOBS: Statement = {
  name: 'delete_ended_jobs',
  text: `
    WITH ended AS MATERIALIZED (
      SELECT job.id
      FROM unnest($1::text[], $2::int[]) AS kept (state, days) CROSS JOIN LATERAL (
        SELECT id FROM jobs
        WHERE state IN ('completed', 'cancelled', 'dead_lettered') AND state = kept.state
          AND finished_at < now() - kept.days * interval '1 day'
        ORDER BY state, finished_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED) AS job
      LIMIT ${BATCH}
    ), attempts AS (
      DELETE FROM job_attempts USING ended WHERE job_id = ended.id
    )
    DELETE FROM jobs USING ended WHERE jobs.id = ended.id RETURNING jobs.id`,
};

/** Deletes all jobs past their retention, batch by batch; returns how many. */
export async function deleteEndedJobs(transactions: TransactionRunner): Promise<number> {
  let deleted = 0;
  for (;;) {
    const batch = await transactions.query(DELETE_ENDED_JOBS, [STATES, DAYS]);
    deleted += batch.length;
    if (batch.length < BATCH) return deleted;
  }
}
