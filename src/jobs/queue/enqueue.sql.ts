import { columnsOf } from '../../database/sql/columns.js';
import { type Statement } from '../../database/connections/statement.js';
import { JobRow } from './job.entity.js';

/** The columns of a new job, and with them the parameters of both statements. */
export const NEW_JOB = columnsOf(JobRow).only(
  'id',
  'type',
  'payload',
  'dedupeKey',
  'entityType',
  'entityId',
  'nextActionId',
  'traceParent',
  'runAfter',
);
const NAMES = `${NEW_JOB.names()}, created_at`;
/** Null for a job that is due at once. */
const RUN_AFTER = `COALESCE(${NEW_JOB.parameter('runAfter')}::timestamptz, now())`;
const VALUES = `${NEW_JOB.expressions({
  id: NEW_JOB.parameter('id'),
  type: NEW_JOB.parameter('type'),
  payload: `${NEW_JOB.parameter('payload')}::jsonb`,
  dedupeKey: NEW_JOB.parameter('dedupeKey'),
  entityType: NEW_JOB.parameter('entityType'),
  entityId: NEW_JOB.parameter('entityId'),
  nextActionId: NEW_JOB.parameter('nextActionId'),
  traceParent: NEW_JOB.parameter('traceParent'),
  runAfter: RUN_AFTER,
})}, now()`;

/** A job without a dedupe key. */
export const ENQUEUE: Statement = {
  name: 'enqueue_job',
  text: `INSERT INTO jobs (${NAMES}) VALUES (${VALUES}) RETURNING id`,
};

const ofKey = (state: string): string =>
  `type = ${NEW_JOB.parameter('type')} AND dedupe_key = ${NEW_JOB.parameter('dedupeKey')} AND state = '${state}'`;

/**
 * A job with a dedupe key, or the one of the key that waits; one that would wait longer than the new one
 * becomes due with it. The insert waits for a concurrent one of the key to commit or roll back. The found
 * job is locked, so that workers skip it until the caller commits: a job that started before would not see
 * the caller's changes. The lock is shared, so that callers do not wait for each other.
 */
export const ENQUEUE_ONCE: Statement = {
  name: 'enqueue_job_once',
  text: `
    WITH again AS (
      SELECT id FROM jobs WHERE ${ofKey('retrying')} LIMIT 1 FOR SHARE
    ), soon AS (
      SELECT id FROM jobs WHERE ${ofKey('waiting')} AND run_after <= ${RUN_AFTER} FOR SHARE
    ), added AS (
      INSERT INTO jobs (${NAMES})
      SELECT ${VALUES}
      WHERE NOT EXISTS (SELECT FROM again) AND NOT EXISTS (SELECT FROM soon)
      ON CONFLICT (type, dedupe_key) WHERE state = 'waiting' AND dedupe_key IS NOT NULL
      DO UPDATE SET run_after = LEAST(jobs.run_after, excluded.run_after)
      RETURNING id
    )
    SELECT id FROM added
    UNION ALL (SELECT id FROM again UNION ALL SELECT id FROM soon LIMIT 1)`,
};

/** Cancels the dead letters of the key $2 of the type $1 in the scope $3, $4, for which a newer job makes up. */
export const SUPERSEDE: Statement = {
  name: 'supersede_dead_letters',
  text: `
    UPDATE jobs SET state = 'cancelled', finished_at = now()
    WHERE state = 'dead_lettered' AND type = $1 AND dedupe_key = $2
      AND entity_type = $3 AND entity_id = $4
    RETURNING id`,
};
