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
  'runAfter',
);
const NAMES = `${NEW_JOB.names()}, created_at`;
/** `runAfter` is null for a job that is due at once. */
const VALUES = `${NEW_JOB.expressions({
  id: NEW_JOB.parameter('id'),
  type: NEW_JOB.parameter('type'),
  payload: `${NEW_JOB.parameter('payload')}::jsonb`,
  dedupeKey: NEW_JOB.parameter('dedupeKey'),
  entityType: NEW_JOB.parameter('entityType'),
  entityId: NEW_JOB.parameter('entityId'),
  nextActionId: NEW_JOB.parameter('nextActionId'),
  runAfter: `COALESCE(${NEW_JOB.parameter('runAfter')}::timestamptz, now())`,
})}, now()`;

/** A job without a dedupe key. */
export const ENQUEUE: Statement = {
  name: 'enqueue_job',
  text: `INSERT INTO jobs (${NAMES}) VALUES (${VALUES}) RETURNING id`,
};

const ofKey = (state: string): string =>
  `type = ${NEW_JOB.parameter('type')} AND dedupe_key = ${NEW_JOB.parameter('dedupeKey')} AND state = '${state}'`;

/**
 * A job with a dedupe key, or the one of the key that waits. The insert waits for a concurrent one of the
 * key to commit or roll back. The found job is locked, so that workers skip it until the caller commits: a
 * job that started before would not see the caller's changes.
 */
export const ENQUEUE_ONCE: Statement = {
  name: 'enqueue_job_once',
  text: `
    WITH again AS (
      SELECT id FROM jobs WHERE ${ofKey('retrying')} LIMIT 1 FOR SHARE
    ), added AS (
      INSERT INTO jobs (${NAMES})
      SELECT ${VALUES} WHERE NOT EXISTS (SELECT FROM again)
      ON CONFLICT (type, dedupe_key) WHERE state = 'waiting' AND dedupe_key IS NOT NULL
      DO UPDATE SET type = jobs.type
      RETURNING id
    )
    SELECT id FROM added UNION ALL SELECT id FROM again`,
};
