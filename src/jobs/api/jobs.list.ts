import { type Statement } from '../../database/transactions/transaction.js';
import { type JobState, LIBRARY_STATE, payloadSql } from '../queue/job.js';

/** The last failed try tells the last error; a number of tries that began tells how many. */
export const JOB_COLUMNS = `
  job.id, job.name AS type, job.state::text AS state, COALESCE(${payloadSql('job.data')}, '{}') AS payload,
  NULLIF(job.singleton_key, job.id::text) AS "dedupeKey",
  COALESCE(tries.count, 0)::int AS attempts,
  CASE WHEN job.state < 'active' THEN job.start_after END AS "runAfter",
  tries.error_code AS "lastErrorCode", tries.error_message AS "lastErrorMessage",
  job.created_on AS "createdAt", tries.started_at AS "startedAt", job.completed_on AS "finishedAt",
  job.created_on::text AS position`;

export const JOB_TRIES = `
  LEFT JOIN LATERAL (
    SELECT max(attempt) AS count, max(started_at) AS started_at,
      (array_agg(error_code ORDER BY attempt DESC) FILTER (WHERE error_code IS NOT NULL))[1]
        AS error_code,
      (array_agg(error_message ORDER BY attempt DESC) FILTER (WHERE error_code IS NOT NULL))[1]
        AS error_message
    FROM job_attempts WHERE job_id = job.id
  ) tries ON true`;

/** What a list of jobs is narrowed to; both combine. */
export interface JobFilter {
  readonly types: readonly string[];
  readonly state: JobState | undefined;
}

/** A page of jobs, newest first, behind the position of the page before. */
export function listStatement(
  { types, state }: JobFilter,
  after: readonly (string | number)[] | undefined,
  limit: number,
): { statement: Statement; values: unknown[] } {
  const values: unknown[] = [types];
  let where = 'job.name = ANY($1::text[])';
  let shape = '';
  if (state !== undefined) {
    values.push(LIBRARY_STATE[state]);
    where += ` AND job.state = $${values.length}::pgboss.job_state`;
    shape += 's';
  }
  if (after !== undefined) {
    values.push(after[0], after[1]);
    where += ` AND (job.created_on, job.id) < ($${values.length - 1}::timestamptz, $${values.length}::uuid)`;
    shape += 'c';
  }
  values.push(limit);
  const text = `
    WITH page AS (
      SELECT * FROM pgboss.job job WHERE ${where}
      ORDER BY job.created_on DESC, job.id DESC LIMIT $${values.length}
    )
    SELECT ${JOB_COLUMNS} FROM page job ${JOB_TRIES}
    ORDER BY job.created_on DESC, job.id DESC`;
  return { statement: { name: `list_jobs_${shape}`, text }, values };
}

export const FIND_JOB = {
  name: 'find_job',
  text: `
    SELECT ${JOB_COLUMNS} FROM pgboss.job job ${JOB_TRIES}
    WHERE job.name = ANY($1::text[]) AND job.id = $2`,
};

export const FIND_TRIES = {
  name: 'find_job_tries',
  text: `
    SELECT attempt, status, started_at AS "startedAt", heartbeat_at AS "heartbeatAt",
      finished_at AS "finishedAt", error_code AS "errorCode", error_message AS "errorMessage",
      worker_id AS "workerId"
    FROM job_attempts WHERE job_id = $1 ORDER BY attempt`,
};

export const COUNT_JOBS = {
  name: 'count_jobs',
  text: `
    SELECT name AS type, state::text AS state, count(*)::int AS count FROM pgboss.job
    WHERE name = ANY($1::text[]) GROUP BY name, state ORDER BY name, state`,
};
