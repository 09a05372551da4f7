import { columnsOf } from '../../database/sql/columns.js';
import { type Statement } from '../../database/transactions/transaction.js';
import { NextBestAction } from './next-best-action.entity.js';

/** The columns of a NextAction. */
export const NEXT_ACTION = columnsOf(NextBestAction).without('origin');

/** What the statements select of a NextAction. */
export const NEXT_ACTION_COLUMNS = NEXT_ACTION.select();

/** What an API client creates or updates. */
export const NEW_NEXT_ACTION = NEXT_ACTION.without(
  'status',
  'lastExecutedAt',
  'lastExecutionStatus',
  'lastExecutionErrorCode',
  'lastExecutionErrorMessage',
  'createdAt',
  'updatedAt',
  'completedAt',
  'dismissedAt',
);
/** What an update overwrites: not the key that it was found by. */
const CONTENT = NEW_NEXT_ACTION.without(
  'id',
  'dedupeKey',
  'entityType',
  'entityId',
  'snoozedUntil',
);

/** One NBA by its id. */
export const FIND: Statement = {
  name: 'find_next_action',
  text: `SELECT ${NEXT_ACTION_COLUMNS} FROM next_best_actions WHERE id = $1`,
};

/**
 * Creates an NBA, or updates the queued one with the same dedupe key in the same scope. Two at once
 * meet in the partial unique index: one inserts, the other updates. xmax is 0 on a row that this
 * statement inserted. A snooze of the operator survives an update that does not set one.
 */
export const UPSERT: Statement = {
  name: 'upsert_next_action',
  text: `
    INSERT INTO next_best_actions AS nba (${NEW_NEXT_ACTION.names()})
    VALUES (${NEW_NEXT_ACTION.parameters()})
    ON CONFLICT (entity_type, entity_id, dedupe_key) WHERE status = 'queued' AND dedupe_key IS NOT NULL
    DO UPDATE SET ${CONTENT.assignments('excluded')}, origin = 'api',
      snoozed_until = COALESCE(excluded.snoozed_until, nba.snoozed_until), updated_at = now()
    RETURNING ${NEXT_ACTION_COLUMNS}, (xmax = 0) AS created`,
};

/** Completes an open NBA; no row when it is not open. */
export const COMPLETE: Statement = {
  name: 'complete_next_action',
  text: `
    UPDATE next_best_actions SET status = 'done', completed_at = now(), updated_at = now()
    WHERE id = $1 AND status = 'queued'`,
};

/** Dismisses an open NBA; no row when it is not open. */
export const DISMISS: Statement = {
  name: 'dismiss_next_action',
  text: `
    UPDATE next_best_actions SET status = 'dismissed', dismissed_at = now(), updated_at = now()
    WHERE id = $1 AND status = 'queued'`,
};

/** Hides an open NBA from the queue until a time. */
export const SNOOZE: Statement = {
  name: 'snooze_next_action',
  text: `
    UPDATE next_best_actions SET snoozed_until = $2, updated_at = now()
    WHERE id = $1 AND status = 'queued'`,
};

/**
 * Execution, statement 1: the lock that makes two presses at once one execution, the NBA, and the time
 * limit of what follows in this transaction.
 */
export const LOCK: Statement = {
  name: 'lock_next_action',
  text: `
    SELECT set_config('statement_timeout', $2, true) AS "timeout", ${NEXT_ACTION_COLUMNS}
    FROM next_best_actions WHERE id = $1 FOR UPDATE`,
};

/**
 * Execution, statement 2: an earlier execution that answers this press. A statement of its own, sent
 * behind the lock: its snapshot must be taken after the lock was granted, or it would miss the success
 * that the lock's last holder committed. $3 is the dedupe window in ms, null for ever.
 */
export const FIND_EARLIER: Statement = {
  name: 'find_earlier_execution',
  text: `
    SELECT clock_timestamp() AS now, (
      SELECT id FROM next_action_executions
      WHERE next_action_id = $1 AND action_key = $2 AND status = 'success'
        AND ($3::float8 IS NULL OR started_at > clock_timestamp() - $3 * interval '1 millisecond')
      ORDER BY started_at DESC LIMIT 1) AS "repeatOf"`,
};

/** Execution, statement 2b: what an idempotency key of this user was used for before. */
export const FIND_KEY: Statement = {
  name: 'find_idempotency_key',
  text: `
    SELECT id, status, request_hash AS "requestHash" FROM next_action_executions
    WHERE actor_id = $1 AND idempotency_key = $2 AND status = 'success'
    UNION ALL
    SELECT execution_id, 'success', request_hash FROM next_action_replayed_keys
    WHERE actor_id = $1 AND idempotency_key = $2
    UNION ALL
    SELECT id, status, request_hash FROM next_action_executions
    WHERE actor_id = $1 AND idempotency_key = $2 AND status = 'failed'
    LIMIT 3`,
};

/** Keeps the key of a press that an earlier execution answered; leaves with the commit. */
export const REMEMBER_KEY: Statement = {
  name: 'remember_idempotency_key',
  text: `
    INSERT INTO next_action_replayed_keys (actor_id, idempotency_key, execution_id, request_hash)
    VALUES ($1, $2, $3, $4)`,
};

/**
 * Execution, last statement: the audit row and the NBA's last_* columns, in one. It leaves together
 * with the events and the COMMIT. For a failure it is a transaction of its own; an NBA that is gone by
 * then takes its audit with it.
 */
export const RECORD: Statement = {
  name: 'record_execution',
  text: `
    WITH nba AS (
      UPDATE next_best_actions
      SET last_executed_at = $6::timestamptz, last_execution_status = $4::text,
        last_execution_error_code = $7::text, last_execution_error_message = $8::text,
        updated_at = $6::timestamptz
      WHERE id = $2
      RETURNING id)
    INSERT INTO next_action_executions (id, next_action_id, action_key, status, started_at, finished_at,
      error_code, error_message, meta, actor_id, idempotency_key, request_hash)
    SELECT $1::uuid, id, $3, $4, $5::timestamptz, $6, $7, $8, $9::jsonb, $10::uuid, $11, $12 FROM nba`,
};

/** The executions of one NBA, newest first: ids are ordered in time. */
export const LIST_EXECUTIONS: Statement = {
  name: 'list_executions',
  text: `
    SELECT id, next_action_id AS "nextActionId", action_key AS "actionKey", status,
      started_at AS "startedAt", finished_at AS "finishedAt", error_code AS "errorCode",
      error_message AS "errorMessage", meta, actor_id AS "actorId",
      idempotency_key AS "idempotencyKey"
    FROM next_action_executions WHERE next_action_id = $1
    ORDER BY id DESC LIMIT $2 OFFSET $3`,
};

/** How many executions an NBA has; no row when there is no such NBA. */
export const COUNT_EXECUTIONS: Statement = {
  name: 'count_executions',
  text: `
    SELECT (SELECT count(*)::int FROM next_action_executions WHERE next_action_id = nba.id) AS total
    FROM next_best_actions nba WHERE id = $1`,
};
