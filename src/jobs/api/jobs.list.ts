import { type Query } from '../../database/connections/statement.js';
import { Keyset } from '../../database/sql/keyset.js';
import { ListQuery, type PageStart } from '../../database/sql/list-query.js';
import { JOB_ATTEMPT_COLUMNS, type JobState, LIBRARY_STATE, payloadSql } from '../queue/job.js';

/**
 * The last error is the one of the last failed attempt; the number of attempts is the highest one that
 * began.
 */
export const JOB_COLUMNS = `
  job.id, job.name AS type, job.state::text AS state, COALESCE(${payloadSql('job.data')}, '{}') AS payload,
  NULLIF(job.singleton_key, job.id::text) AS "dedupeKey",
  COALESCE(attempt_totals.count, 0)::int AS attempts,
  CASE WHEN job.state < 'active' THEN job.start_after END AS "runAfter",
  attempt_totals.error_code AS "lastErrorCode", attempt_totals.error_message AS "lastErrorMessage",
  job.created_on AS "createdAt", attempt_totals.started_at AS "startedAt", job.completed_on AS "finishedAt",
  job.created_on::text AS position`;

export const JOB_ATTEMPT_TOTALS = `
  LEFT JOIN LATERAL (
    SELECT max(attempt) AS count, max(started_at) AS started_at,
      (array_agg(error_code ORDER BY attempt DESC) FILTER (WHERE error_code IS NOT NULL))[1]
        AS error_code,
      (array_agg(error_message ORDER BY attempt DESC) FILTER (WHERE error_code IS NOT NULL))[1]
        AS error_message
    FROM job_attempts WHERE job_id = job.id
  ) attempt_totals ON true`;

/** What a list of jobs is narrowed to; both combine. */
export interface JobFilter {
  readonly types: readonly string[];
  readonly state: JobState | undefined;
}

/** The newest first. The library's times are finer than a date of ours, so they stay text. */
export const NEWEST = new Keyset<{ readonly id: string; readonly position: string }>([
  { sql: 'job.created_on', type: 'timestamptz', of: ({ position }) => position },
  { sql: 'job.id', type: 'uuid', of: ({ id }) => id },
]);

/** A page of jobs; the attempts are joined for the jobs on the page only. */
export function listQuery({ types, state }: JobFilter, start: PageStart): Query {
  const libraryState = state === undefined ? undefined : LIBRARY_STATE[state];
  return new ListQuery('jobs', { conditions: ['job.name = ANY($1::text[])'], values: [types] })
    .where('state', libraryState, (is) => `job.state = ${is}::pgboss.job_state`)
    .page(
      {
        select: '*',
        from: 'pgboss.job job',
        keyset: NEWEST,
        wrap: (page) => `
    WITH page AS (${page})
    SELECT ${JOB_COLUMNS} FROM page job ${JOB_ATTEMPT_TOTALS}
    ORDER BY ${NEWEST.order}`,
      },
      start,
    );
}

export const FIND_JOB = {
  name: 'find_job',
  text: `
    SELECT ${JOB_COLUMNS} FROM pgboss.job job ${JOB_ATTEMPT_TOTALS}
    WHERE job.name = ANY($1::text[]) AND job.id = $2`,
};

export const FIND_TRIES = {
  name: 'find_job_tries',
  text: `
    SELECT ${JOB_ATTEMPT_COLUMNS.select()} FROM job_attempts WHERE job_id = $1 ORDER BY attempt`,
};

export const COUNT_JOBS = {
  name: 'count_jobs',
  text: `
    SELECT name AS type, state::text AS state, count(*)::int AS count FROM pgboss.job
    WHERE name = ANY($1::text[]) GROUP BY name, state ORDER BY name, state`,
};
