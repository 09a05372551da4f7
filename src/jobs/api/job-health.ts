import { type Where, whereOf } from '../../database/sql/list-rows.js';

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
 * run without a heartbeat for over 10 minutes, and the oldest heartbeat of those. `where` narrows the
 * table `job`.
 */
export function jobsHealthSql(where: Where = whereOf([])): string {
  return healthSql({
    where,
    staleBefore: `now() - interval '${STALE_JOB_AFTER_MS / 1000} seconds'`,
    columns: `
      troubled.failed AS "jobsFailed", troubled.dead_lettered AS "jobsDeadLettered",
      stale.count AS "jobsStale", stale.oldest::text AS "oldestStaleAt"`,
  });
}

/**
 * The same about the jobs that concern one scope: `failed`, `dead_lettered` and `stale`
 * counts, `oldest_heartbeat_at` of the stale ones, and up to five `stale_job_ids`, longest silent first.
 */
export function jobHealthSql({ entityType, entityId, staleBefore }: JobHealthParameters): string {
  return healthSql({
    where: whereOf([`job.entity_type = ${entityType}::text`, `job.entity_id = ${entityId}::text`]),
    staleBefore: `${staleBefore}::timestamptz`,
    columns: `
      troubled.failed, troubled.dead_lettered, stale.count AS stale,
      stale.oldest AS oldest_heartbeat_at, stale.ids AS stale_job_ids`,
  });
}

/**
 * Both halves use a partial index, `ix_jobs_troubled` and `ix_jobs_heartbeat`, so that neither waiting nor
 * completed jobs are read. A job that was put back by a stop counts as failed only if an attempt failed.
 */
function healthSql({
  where,
  staleBefore,
  columns,
}: {
  readonly where: Where;
  readonly staleBefore: string;
  readonly columns: string;
}): string {
  const troubled = `(job.state = 'dead_lettered' OR job.state = 'retrying' AND job.failed_attempts > 0)`;
  const stale = where(`job.state = 'running'`, `job.heartbeat_at < ${staleBefore}`);
  return `
    SELECT ${columns}
    FROM (
      SELECT (count(*) FILTER (WHERE job.state = 'retrying'))::int AS failed,
        (count(*) FILTER (WHERE job.state = 'dead_lettered'))::int AS dead_lettered
      FROM jobs AS job${where(troubled)}
    ) troubled, (
      SELECT count(*)::int AS count, min(job.heartbeat_at) AS oldest,
        (COALESCE(array_agg(job.id::text ORDER BY job.heartbeat_at, job.id), ARRAY[]::text[]))
          [1:5] AS ids
      FROM jobs AS job${stale}
    ) stale`;
}
