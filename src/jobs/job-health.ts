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
 * A subselect of exactly one row about the jobs of one scope, for the single statements that gather
 * what scores and rules may know: `failed` (waiting to be tried again), `dead_lettered` and `stale`
 * counts, `oldest_heartbeat_at` of the stale ones, and up to five `stale_job_ids`, longest silent first.
 *
 * No job of this application belongs to a scope yet, so the counts are zeros. The parameters are cast,
 * because PostgreSQL must know the type of each one that a statement binds.
 */
export function jobHealthSql({ entityType, entityId, staleBefore }: JobHealthParameters): string {
  return `
    SELECT 0 AS failed, 0 AS dead_lettered, 0 AS stale,
      NULL::timestamptz AS oldest_heartbeat_at, ARRAY[]::text[] AS stale_job_ids
    WHERE (${entityType}::text, ${entityId}::text, ${staleBefore}::timestamptz) IS NOT NULL`;
}
