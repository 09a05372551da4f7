import { type Query, type Statement } from '../../database/connections/statement.js';
import { Keyset } from '../../database/sql/keyset.js';
import { ListQuery, type PageStart } from '../../database/sql/list-query.js';
import { type ListParts } from '../../database/sql/list-rows.js';
import { isGranted, isVisible } from '../../database/sql/scope-condition.js';
import { type VisibleRows } from '../../kernel/grants.js';
import { JOB_ATTEMPT_COLUMNS, JOB_COLUMNS } from '../queue/job.js';
import { JOB_STATES, type JobState } from '../queue/job.entity.js';
import { jobsHealthSql } from './job-health.js';

const SHOWN = JOB_COLUMNS.select(undefined, {
  runAfter: `CASE WHEN state IN ('waiting', 'retrying') THEN run_after END`,
});

/** What a list of jobs is narrowed to; all combine. */
export interface JobFilter {
  readonly type?: string | undefined;
  readonly state?: JobState | undefined;
  /** In lower case. */
  readonly nextActionId?: string | undefined;
  /** Those that their reader may see. */
  readonly visible: VisibleRows;
}

/** The newest first: ids are ordered in time. */
export const NEWEST = Keyset.by(JOB_COLUMNS.only('id'));

/** By type: every one that has a job, found by a skip scan over `ix_jobs_list`. */
const BY_TYPE: ListParts = {
  name: 'types',
  source: `
      WITH RECURSIVE known (type) AS (
        (SELECT type FROM jobs ORDER BY type LIMIT 1)
        UNION ALL
        SELECT (SELECT type FROM jobs WHERE type > known.type ORDER BY type LIMIT 1)
        FROM known WHERE known.type IS NOT NULL)
      SELECT type AS part FROM known WHERE type IS NOT NULL`,
  condition: 'type = parts.part',
};

const BY_STATE: ListParts = {
  name: 'states',
  source: `SELECT unnest(ARRAY['${JOB_STATES.join("', '")}']) AS part`,
  condition: 'state = parts.part',
};

/** A page of jobs. */
export function listQuery(
  { type, state, nextActionId, visible }: JobFilter,
  start: PageStart,
): Query {
  const list = ListQuery.visible('jobs', visible)
    .where('nba', nextActionId, (id) => `next_action_id = ${id}`)
    .where('type', type, (is) => `type = ${is}`)
    .where('state', state, (is) => `state = ${is}`);
  const oneOfTwo = (type === undefined) !== (state === undefined);
  // The newest of each state, or of each type, by `ix_jobs_list`, so that no other jobs are read.
  const each = type === undefined ? BY_TYPE : BY_STATE;
  const all = nextActionId === undefined && visible.scopes.kind === 'all';
  const parts = all && oneOfTwo ? each : undefined;
  return list.page({ select: SHOWN, from: 'jobs', parts, keyset: NEWEST }, start);
}

/** One job, if it lies in the scopes of $2, or in none and $3 says that those are seen. */
export const FIND_JOB: Statement = {
  name: 'find_job',
  text: `SELECT ${SHOWN} FROM jobs WHERE id = $1 AND ${isGranted('$2')} AND ${isVisible('$3')}`,
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

/** How many jobs there are of each type and state. */
export function countQuery(visible: VisibleRows): Query {
  return ListQuery.visible('jobs', visible).statement(
    'count',
    (where) => `
    SELECT type, state, count(*)::int AS count FROM jobs${where()}
    GROUP BY type, state ORDER BY type, state`,
  );
}

/** What {@link jobsHealthSql} says of the jobs of these scopes: one row. */
export function healthQuery(visible: VisibleRows): Query {
  return ListQuery.visible('job_health', visible, { alias: 'job' }).statement(
    'read',
    jobsHealthSql,
  );
}
