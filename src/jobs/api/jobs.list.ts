import { type Query, type Statement } from '../../database/connections/statement.js';
import { Keyset } from '../../database/sql/keyset.js';
import { ListQuery, type PageStart } from '../../database/sql/list-query.js';
import { JOB_ATTEMPT_COLUMNS, JOB_COLUMNS } from '../queue/job.js';
import { JOB_STATES, type JobState } from '../queue/job.entity.js';

const SHOWN = JOB_COLUMNS.select('job', {
  runAfter: `CASE WHEN job.state IN ('waiting', 'retrying') THEN job.run_after END`,
});

/** What a list of jobs is narrowed to; all combine. */
export interface JobFilter {
  readonly type?: string | undefined;
  readonly state?: JobState | undefined;
  /** In lower case. */
  readonly nextActionId?: string | undefined;
}

/** The newest first: ids are ordered in time. */
export const NEWEST = Keyset.by(JOB_COLUMNS.only('id'), 'job');

/** Every type that has a job, by a skip scan over `ix_jobs_list`. */
const TYPES_SQL = `(
      WITH RECURSIVE known (type) AS (
        (SELECT type FROM jobs ORDER BY type LIMIT 1)
        UNION ALL
        SELECT (SELECT type FROM jobs WHERE type > known.type ORDER BY type LIMIT 1)
        FROM known WHERE known.type IS NOT NULL)
      SELECT type FROM known WHERE type IS NOT NULL)`;

const STATES_SQL = `(VALUES ${JOB_STATES.map((state) => `('${state}')`).join(', ')})`;

/** A page of jobs. */
export function listQuery({ type, state, nextActionId }: JobFilter, start: PageStart): Query {
  const filtered = new ListQuery('jobs')
    .where('nba', nextActionId, (id) => `job.next_action_id = ${id}`)
    .where('type', type, (is) => `job.type = ${is}`)
    .where('state', state, (is) => `job.state = ${is}`);
  const page = { select: SHOWN, from: 'jobs AS job', keyset: NEWEST };
  const oneOfTwo = (type === undefined) !== (state === undefined);
  if (nextActionId !== undefined || !oneOfTwo) return filtered.page(page, start);
  // The newest of each state, or of each type, by `ix_jobs_list`, so that no other jobs are read.
  const [kinds, column] = type === undefined ? [TYPES_SQL, 'type'] : [STATES_SQL, 'state'];
  return filtered.when('each', `job.${column} = kind.${column}`).page(
    {
      ...page,
      wrap: (each, limit) => `
    SELECT job.* FROM ${kinds} AS kind (${column}) CROSS JOIN LATERAL (${each}) AS job
    ORDER BY job.id DESC LIMIT ${limit}`,
    },
    start,
  );
}

export const FIND_JOB: Statement = {
  name: 'find_job',
  text: `SELECT ${SHOWN} FROM jobs AS job WHERE id = $1`,
};

/** The attempts of a job: those that ended, and the one that runs. */
export const FIND_TRIES: Statement = {
  name: 'find_job_tries',
  text: `
    SELECT ${JOB_ATTEMPT_COLUMNS.select()} FROM job_attempts WHERE job_id = $1
    UNION ALL
    SELECT attempts, 'running', started_at, heartbeat_at, NULL, NULL, NULL, worker_id
    FROM jobs WHERE id = $1 AND state = 'running'
    ORDER BY attempt`,
};

export const COUNT_JOBS: Statement = {
  name: 'count_jobs',
  text: `
    SELECT type, state, count(*)::int AS count FROM jobs GROUP BY type, state ORDER BY type, state`,
};
