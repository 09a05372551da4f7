import { type Statement } from '../src/database/connections/statement.js';
import { firstUuidV7Sql, ID_TOLERANCE_SQL } from '../src/database/sql/first-uuid-v7.js';
import { NEXT_ACTION_COLUMNS } from '../src/next-actions/model/next-actions.sql.js';

/**
 * The statements of the floor's press, written by hand and prepared by name. They write the same rows
 * and columns as the server: `written-rows.ts` compares them, and names what is missing here.
 */
export const BEGIN: Statement = { name: 'begin', text: 'BEGIN' };
export const COMMIT: Statement = { name: 'commit', text: 'COMMIT' };

/** A user who may no longer sign in is refused with an old token, too. */
export const FIND_USER: Statement = {
  name: 'find_user',
  text: 'SELECT id FROM users WHERE id = $1 AND disabled_at IS NULL',
};

/** Reads all that an action may look at, and limits the statements that follow. */
export const LOCK: Statement = {
  name: 'lock',
  text: `
    SELECT set_config('statement_timeout', $2, true),
      closed_by_execution_id AS "closedBy", ${NEXT_ACTION_COLUMNS}
    FROM next_best_actions WHERE id = $1 FOR UPDATE`,
};

/** An earlier success of the same request. $3 is the dedupe window in ms. */
export const LOOK: Statement = {
  name: 'look',
  text: `
    SELECT clock_timestamp() AS now, (
      SELECT id FROM next_action_executions
      WHERE next_action_id = $1 AND action_key = $2 AND status = 'success'
        AND (request_hash = $4 OR request_hash IS NULL)
        AND started_at > clock_timestamp() - $3::float8 * interval '1 millisecond'
        AND id >= ${firstUuidV7Sql(`(now() - $3::float8 * interval '1 millisecond' - ${ID_TOLERANCE_SQL})`)}
        AND id < ${firstUuidV7Sql(`(now() + ${ID_TOLERANCE_SQL})`)}
      ORDER BY started_at DESC LIMIT 1) AS "repeatOf"`,
};

/**
 * Everything that mark_done changes in its NBA. $2 and $3 are begin and end of the execution, $4 is its id.
 */
export const UPDATE_NEXT_ACTION: Statement = {
  name: 'update_next_action',
  text: `
    UPDATE next_best_actions SET status = 'done', completed_at = $2, updated_at = $3,
      closed_by_execution_id = $4, last_executed_at = $3, last_execution_status = 'success',
      last_execution_error_code = NULL, last_execution_error_message = NULL
    WHERE id = $1`,
};

export const INSERT_EXECUTION: Statement = {
  name: 'insert_execution',
  text: `
    INSERT INTO next_action_executions (id, next_action_id, action_key, status, started_at,
      finished_at, changes, actor_id, request_hash)
    VALUES ($1, $2, $3, 'success', $4, $5, $6, $7, $8)`,
};

export const INSERT_EVENT: Statement = {
  name: 'insert_event',
  text: `
    INSERT INTO ops_events (id, level, event_key, status, actor_id, source_type, source_id,
      entity_type, entity_id, request_id, duration_ms, meta, created_at)
    VALUES ($1, 'info', 'nba.delivery.executed', 'success', $2, 'next_action', $3, $4, $5, $6, $7,
      $8, $9)`,
};
