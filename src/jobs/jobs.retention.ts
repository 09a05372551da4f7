import {
  daysBefore,
  type RetentionMoment,
  type RetentionRule,
} from '../database/retention/retention-rules.js';

/** How long a job that ended stays listed, in days. */
const KEPT_DAYS = { completed: 3, cancelled: 3, dead_lettered: 30 } as const;

/** $1 are the states, $2 the time of each before which a job must have ended. */
const ENDED = 'unnest($1::text[], $2::timestamptz[]) AS kept (state, before)';
/** The first condition makes `ix_jobs_ended` serve the second. */
const OLD = `
  state IN ('completed', 'cancelled', 'dead_lettered') AND state = kept.state
  AND finished_at < kept.before`;

const COUNT = {
  name: 'count_old_jobs',
  text: `
    SELECT COALESCE(sum(old.count), 0)::int AS count
    FROM ${ENDED} CROSS JOIN LATERAL (SELECT count(*) FROM jobs WHERE ${OLD}) AS old`,
};

const DELETE_BATCH = {
  name: 'delete_old_jobs',
  text: `
    WITH ended AS MATERIALIZED (
      SELECT job.id
      FROM ${ENDED} CROSS JOIN LATERAL (
        SELECT id FROM jobs WHERE ${OLD}
        ORDER BY state, finished_at LIMIT $3 FOR UPDATE SKIP LOCKED) AS job
      LIMIT $3),
    attempts AS (DELETE FROM job_attempts USING ended WHERE job_id = ended.id),
    gone AS (DELETE FROM jobs USING ended WHERE jobs.id = ended.id RETURNING 1)
    SELECT count(*)::int AS deleted, CASE WHEN count(*) = $3 THEN '' END AS last FROM gone`,
};

function valuesOf({ now }: RetentionMoment): unknown[] {
  return [
    Object.keys(KEPT_DAYS),
    Object.values(KEPT_DAYS).map((days) => daysBefore(now, days).toISOString()),
  ];
}

/** Jobs that ended, each with its attempts. */
export const JOB_RETENTION: RetentionRule = {
  name: 'jobs',
  describe: () =>
    `jobs that ended ${KEPT_DAYS.completed} days ago, dead letters after ${KEPT_DAYS.dead_lettered}`,
  often: true,
  count: (moment) => ({ statement: COUNT, values: valuesOf(moment) }),
  deleteBatch: (moment, _after, limit) => ({
    statement: DELETE_BATCH,
    values: [...valuesOf(moment), limit],
  }),
};
