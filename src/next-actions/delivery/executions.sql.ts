import { columnsOf } from '../../database/sql/columns.js';
import { monthOf } from '../../database/retention/months.js';
import { firstUuidV7Sql, ID_TOLERANCE_SQL } from '../../database/sql/first-uuid-v7.js';
import { Keyset } from '../../database/sql/keyset.js';
import { isGranted } from '../../database/sql/scope-condition.js';
import { ListQuery, type PageStart } from '../../database/sql/list-query.js';
import { type Query } from '../../database/connections/statement.js';
import { type Statement } from '../../database/transactions/transaction.js';
import { DAY_MS } from '../../kernel/utc-day.js';
import { NIL_UUID } from '../../kernel/uuid.js';
import { ACTOR_NAME, joinActor } from '../../users/model/actor-names.sql.js';
import { type ChangeableField } from '../model/next-action.changes.js';
import { OUTCOME_SQL } from '../outcomes/outcome.sql.js';
import { stands } from '../model/standing-press.sql.js';
import { NEXT_ACTION, NEXT_ACTION_COLUMNS } from '../model/next-actions.sql.js';
import { NextActionExecution } from './next-action-execution.entity.js';

/** The columns of an execution, as they are recorded. */
export const RECORDED = columnsOf(NextActionExecution).only(
  'id',
  'nextActionId',
  'actionKey',
  'status',
  'startedAt',
  'finishedAt',
  'errorCode',
  'errorMessage',
  'input',
  'changes',
  'meta',
  'actorId',
  'requestHash',
  'undoesId',
);
type RecordedField = (typeof RECORDED.properties)[number];

/** The same, as they are listed. */
const LISTED = columnsOf(NextActionExecution).only(
  ...RECORDED.without('requestHash').properties,
  'undoneAt',
);

/** One statement per set of changed fields: there are few sets, and each statement is prepared once. */
const statements = new Map<string, Statement>();

/**
 * Execution, last statement: the audit row, the fields that the action changed and the NBA's last_*
 * columns, in one. It is sent together with the events and the COMMIT. A failure is recorded in its own
 * transaction; if the NBA was deleted meanwhile, nothing is recorded. `closes` names this execution as the
 * one that closed an NBA which was closed already, before its execution was kept.
 */
export function recordStatement(changed: readonly ChangeableField[], closes: boolean): Statement {
  const shape = [...changed, ...(closes ? ['closes'] : [])].join('_');
  const known = statements.get(shape);
  if (known) return known;
  const made = { name: `record_execution_${shape}`, text: recordText(changed, closes) };
  statements.set(shape, made);
  return made;
}

/** Whether what search reads of an NBA changes with these fields. */
export function changesSearchText(changed: readonly ChangeableField[]): boolean {
  return changed.includes('title') || changed.includes('reason');
}

function recordText(changed: readonly ChangeableField[], closes: boolean): string {
  const at = (field: RecordedField): string =>
    `${RECORDED.parameter(field)}::${RECORDED.type(field)}`;
  const changedAt = (field: ChangeableField): string =>
    `$${RECORDED.size + changed.indexOf(field) + 1}::${NEXT_ACTION.type(field)}`;
  const sets = changed.map((field) => `${NEXT_ACTION.name(field)} = ${changedAt(field)}`);
  // Bound after the changed fields.
  if (changesSearchText(changed)) sets.push(`search_text = $${RECORDED.size + changed.length + 1}`);
  if (changed.includes('status')) {
    const closed = `${changedAt('status')} IN ('done', 'dismissed')`;
    sets.push(`closed_by_execution_id = CASE WHEN ${closed} THEN ${at('id')} END`);
  } else if (closes) {
    sets.push(`closed_by_execution_id = ${at('id')}`);
  }
  sets.push(
    `last_executed_at = ${at('finishedAt')}`,
    `last_execution_status = ${at('status')}`,
    `last_execution_error_code = ${at('errorCode')}`,
    `last_execution_error_message = ${at('errorMessage')}`,
    `updated_at = ${at('finishedAt')}`,
  );
  const values = RECORDED.properties.map((field) =>
    field === 'nextActionId' ? 'nba.id' : at(field),
  );
  return `
    WITH nba AS (
      UPDATE next_best_actions
      SET ${sets.join(', ')}
      WHERE id = ${at('nextActionId')}
      RETURNING id)
    INSERT INTO next_action_executions (${RECORDED.names()})
    SELECT ${values.join(', ')} FROM nba`;
}

/**
 * Execution, statement 1: the lock that makes two presses at once one execution, the NBA, and the time
 * limit of what follows in this transaction.
 */
export const LOCK: Statement = {
  name: 'lock_next_action',
  text: `
    SELECT set_config('statement_timeout', $2, true) AS "timeout",
      closed_by_execution_id AS "closedBy", ${NEXT_ACTION_COLUMNS}
    FROM next_best_actions WHERE id = $1 AND ${isGranted('$3')} FOR UPDATE`,
};

/** The first id that a press inside the dedupe window can have; null where the window has no end. */
const WINDOW_BEGIN = firstUuidV7Sql(
  `(now() - $3::float8 * interval '1 millisecond' - ${ID_TOLERANCE_SQL})`,
);
const WINDOW_END = firstUuidV7Sql(`(now() + ${ID_TOLERANCE_SQL})`);

/**
 * Execution, statement 2: an earlier success of this action with this input that answers this press. A
 * separate statement, sent after the lock: its snapshot must be taken after the lock was granted, or it
 * would miss the success that the last holder committed. $3 is the dedupe window in ms, null for no end.
 * Executions from before inputs were stored have no hash, and answer any input. The bounds on the id
 * leave one partition to read, or two at the beginning and the end of a month. What was undone answers no
 * repeat, nor does an undo.
 *
 * The first id of a month stands in the text: PostgreSQL locks every partition of a plan at each execution,
 * also those that the bounds leave out, so that ten years of history would make each press dearer. So there
 * is one statement a month for all windows of usual length.
 */
export function findEarlier(dedupeWindowMs: number | null, now: Date): Statement {
  const since =
    dedupeWindowMs === null
      ? NIL_UUID
      : monthOf(new Date(now.getTime() - dedupeWindowMs - CLOCK_TOLERANCE_MS)).firstId;
  let statement = EARLIER_SINCE.get(since);
  if (!statement) {
    statement = earlierSince(since);
    if (EARLIER_SINCE.size >= MAX_EARLIER) EARLIER_SINCE.clear();
    EARLIER_SINCE.set(since, statement);
  }
  return statement;
}

/** How far the clock of this process may be ahead of that of the database, in ms. */
const CLOCK_TOLERANCE_MS = 2 * DAY_MS;

/** The statements of {@link findEarlier}, by the first id that they read. */
const EARLIER_SINCE = new Map<string, Statement>();
/** Most of them: a server that runs for years makes one a month. */
const MAX_EARLIER = 24;

const earlierSince = (since: string): Statement => ({
  name: 'find_earlier_execution',
  text: `
    SELECT clock_timestamp() AS now, (
      SELECT jsonb_build_object('id', id, 'changes', changes) FROM next_action_executions
      WHERE next_action_id = $1 AND action_key = $2 AND status = 'success'
        AND ${stands()}
        AND id >= '${since}'::uuid
        AND (request_hash = $4 OR request_hash IS NULL)
        AND ($3::float8 IS NULL OR started_at > clock_timestamp() - $3 * interval '1 millisecond')
        AND id >= COALESCE(${WINDOW_BEGIN}, '${NIL_UUID}') AND id < ${WINDOW_END}
      ORDER BY started_at DESC LIMIT 1) AS "repeatOf"`,
});

/** The newest first: ids are ordered in time. */
export const NEWEST = Keyset.by(RECORDED.only('id'), 'execution');

/** A page of the executions of one NBA, with who pressed and the outcome of the one that closed it, and their number. */
export function executionQueries(
  nextActionId: string,
  start: PageStart,
): { page: Query; total: (limit?: number) => Query } {
  const list = ListQuery.unscoped('executions', 'read beside FIND_GRANTED of its NBA', {
    conditions: ['execution.next_action_id = $1'],
    values: [nextActionId],
  });
  const outcome = `
    SELECT ${OUTCOME_SQL} FROM next_best_actions AS nba
    WHERE nba.id = execution.next_action_id AND nba.closed_by_execution_id = execution.id`;
  const select = `${LISTED.select('execution')}, ${ACTOR_NAME} AS "actorName",
    (${outcome}) AS outcome`;
  const table = 'next_action_executions execution';
  const from = table + joinActor('execution.actor_id');
  return {
    page: list.page({ select, from, keyset: NEWEST }, start),
    total: (limit) => list.total({ from: table }, limit),
  };
}

/** Whether there is an NBA in the scopes of $2: one row or none. */
export const FIND_GRANTED: Statement = {
  name: 'find_granted_next_action',
  text: `SELECT id FROM next_best_actions WHERE id = $1 AND ${isGranted('$2')}`,
};

/** The NBAs and actions of executions in the scopes of $2. */
export const FIND_PRESSES: Statement = {
  name: 'find_presses',
  text: `
    SELECT execution.id, execution.next_action_id AS "nextActionId",
      execution.action_key AS "actionKey"
    FROM next_action_executions AS execution
    JOIN next_best_actions AS nba ON nba.id = execution.next_action_id
    WHERE execution.id = ANY($1::uuid[]) AND ${isGranted('$2', 'nba')}`,
};

const TO_UNDO = columnsOf(NextActionExecution).only(
  'status',
  'startedAt',
  'input',
  'changes',
  'meta',
  'actorId',
  'undoneAt',
  'undoesId',
);

/** Undo, statement 2, after LOCK: the execution as it is now, and the one that took it back, if any. */
export const FIND_TO_UNDO: Statement = {
  name: 'find_execution_to_undo',
  text: `
    SELECT clock_timestamp() AS now, ${TO_UNDO.select('execution')},
      CASE WHEN execution.undone_at IS NOT NULL THEN (
        SELECT undo.id FROM next_action_executions AS undo
        WHERE undo.next_action_id = execution.next_action_id AND undo.undoes_id = execution.id
          AND undo.status = 'success'
        LIMIT 1) END AS "undoneBy"
    FROM next_action_executions AS execution
    WHERE execution.id = $1 AND execution.next_action_id = $2`,
};

/** For each of the fields $4: the newest execution of the NBA since $3, not $2 itself, that changed it. */
export const FIND_CHANGES_SINCE: Statement = {
  name: 'find_changes_since_execution',
  text: `
    SELECT DISTINCT ON (field) field, execution.id, execution.action_key AS "actionKey",
      execution.changes -> field -> 'to' AS "to"
    FROM unnest($4::text[]) AS field, next_action_executions AS execution
    WHERE execution.next_action_id = $1 AND execution.id <> $2 AND execution.status = 'success'
      AND execution.started_at >= $3 AND execution.changes ? field
    ORDER BY field, execution.started_at DESC, execution.id DESC`,
};

/** Undo, last statement: the execution $1 of the NBA $2 was taken back at $3, and answers no press any more. */
export const MARK_UNDONE: Statement = {
  name: 'mark_execution_undone',
  text: `
    WITH reopened AS (
      UPDATE next_best_actions SET closed_by_execution_id = NULL
      WHERE id = $2 AND closed_by_execution_id = $1)
    UPDATE next_action_executions SET undone_at = $3 WHERE id = $1 AND next_action_id = $2`,
};
