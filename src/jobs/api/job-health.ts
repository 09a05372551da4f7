import { scopeFieldSql } from '../queue/job.js';

/** A running job without a heartbeat for longer than this is stale. */
export const STALE_JOB_AFTER_MS = 10 * 60 * 1000;

/** A running job whose last heartbeat is before this instant is stale; one exactly as old is not yet. */
export function staleHeartbeatBefore(now: Date): Date {
  return new Date(now.getTime() - STALE_JOB_AFTER_MS);
}

/** The parameters, such as `$1`, that a statement binds for {@link jobHealthSql}. */
export interface JobHealthParameters {
  readonly entityType: string;
  readonly entityId: string;
  /** Bound to {@link staleHeartbeatBefore}. */
  readonly staleBefore: string;
}

/**
 * A subselect of exactly one row about all jobs: how many wait after a failed attempt, are dead letters, or
 * run without a heartbeat for over 10 minutes, and the oldest heartbeat of those. Each count uses a partial
 * index on few rows, however many jobs were completed.
 */
export const JOB_HEALTH_SQL = healthSql({
  scope: '',
  jobScope: '',
  staleBefore: `now() - interval '${STALE_JOB_AFTER_MS / 1000} seconds'`,
  columns: `
    retrying.count AS "jobsFailed", resting.count AS "jobsDeadLettered",
    stale.count AS "jobsStale", stale.oldest::text AS "oldestStaleAt"`,
});

/**
 * The same about the jobs that concern one scope: `failed`, `dead_lettered` and `stale`
 * counts, `oldest_heartbeat_at` of the stale ones, and up to five `stale_job_ids`, longest silent first.
 */
export function jobHealthSql({ entityType, entityId, staleBefore }: JobHealthParameters): string {
  return healthSql({
    scope: `AND attempt.entity_type = ${entityType}::text AND attempt.entity_id = ${entityId}::text`,
    jobScope: `AND ${scopeFieldSql('job.data', 'entityType')} = ${entityType}::text
      AND ${scopeFieldSql('job.data', 'entityId')} = ${entityId}::text`,
    staleBefore: `${staleBefore}::timestamptz`,
    columns: `
      retrying.count AS failed, resting.count AS dead_lettered, stale.count AS stale,
      stale.oldest AS oldest_heartbeat_at, stale.ids AS stale_job_ids`,
  });
}

/**
 * A job that was put back by a stop waits in the state "retry", too. It counts as not started, and as
 * failed only if an earlier attempt failed.
 */
function healthSql(parts: {
  scope: string;
  jobScope: string;
  staleBefore: string;
  columns: string;
}): string {
  return `
    SELECT ${parts.columns}
    FROM (
      SELECT count(*)::int AS count FROM pgboss.job job
      WHERE job.state < 'active' AND job.state = 'retry'
        AND (job.started_on IS NOT NULL OR job.retry_count > 0)
        ${parts.jobScope}
    ) retrying, (
      SELECT count(*)::int AS count FROM job_attempts attempt
      WHERE attempt.status = 'dead_lettered' ${parts.scope}
    ) resting, (
      SELECT count(*)::int AS count, min(attempt.heartbeat_at) AS oldest,
        (COALESCE(array_agg(attempt.job_id::text ORDER BY attempt.heartbeat_at, attempt.job_id),
          ARRAY[]::text[]))
          [1:5] AS ids
      FROM job_attempts attempt
      WHERE attempt.status = 'running' AND attempt.heartbeat_at < ${parts.staleBefore} ${parts.scope}
    ) stale`;
}
