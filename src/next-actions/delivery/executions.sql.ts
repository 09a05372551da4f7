import { type Statement } from '../../database/transactions/transaction.js';
import { CHANGEABLE, type ChangeableField } from '../model/next-action.changes.js';
import { NEXT_ACTION_COLUMNS } from '../model/next-actions.sql.js';

/** The columns of a recorded execution, by property, each with its type in PostgreSQL. */
const RECORDED = {
  id: ['id', 'uuid'],
  nextActionId: ['next_action_id', 'uuid'],
  actionKey: ['action_key', 'text'],
  status: ['status', 'text'],
  startedAt: ['started_at', 'timestamptz'],
  finishedAt: ['finished_at', 'timestamptz'],
  errorCode: ['error_code', 'text'],
  errorMessage: ['error_message', 'text'],
  input: ['input', 'jsonb'],
  changes: ['changes', 'jsonb'],
  meta: ['meta', 'jsonb'],
  actorId: ['actor_id', 'uuid'],
  requestHash: ['request_hash', 'text'],
} as const;

type RecordedField = keyof typeof RECORDED;
const RECORDED_FIELDS = Object.keys(RECORDED) as RecordedField[];

/** The values of an execution and of the NBA's new fields, in the order of `recordStatement`. */
export function recordValues(
  execution: Readonly<Record<RecordedField, unknown>>,
  changed: readonly unknown[],
): unknown[] {
  const values = RECORDED_FIELDS.map((field) => {
    const value = execution[field];
    return RECORDED[field][1] === 'jsonb' && value !== null ? JSON.stringify(value) : value;
  });
  return [...values, ...changed];
}

/** One statement for each set of changed fields: there are few, and each is prepared once. */
const statements = new Map<string, Statement>();

/**
 * Execution, last statement: the audit row, the fields that the action changed and the NBA's last_*
 * columns, in one. It leaves together with the events and the COMMIT. For a failure it is a transaction
 * of its own; an NBA that is gone by then takes its audit with it.
 */
export function recordStatement(changed: readonly ChangeableField[]): Statement {
  const shape = changed.join('_');
  const known = statements.get(shape);
  if (known) return known;
  const made = { name: `record_execution_${shape}`, text: recordText(changed) };
  statements.set(shape, made);
  return made;
}

function recordText(changed: readonly ChangeableField[]): string {
  const at = (field: RecordedField): string =>
    `$${RECORDED_FIELDS.indexOf(field) + 1}::${RECORDED[field][1]}`;
  const sets = changed.map((field, index) => {
    const [column, type] = CHANGEABLE[field];
    return `${column} = $${RECORDED_FIELDS.length + index + 1}::${type}`;
  });
  const status = changed.indexOf('status');
  if (status >= 0) {
    const closed = `$${RECORDED_FIELDS.length + status + 1}::text IN ('done', 'dismissed')`;
    sets.push(`closed_by_execution_id = CASE WHEN ${closed} THEN ${at('id')} END`);
  }
  sets.push(
    `last_executed_at = ${at('finishedAt')}`,
    `last_execution_status = ${at('status')}`,
    `last_execution_error_code = ${at('errorCode')}`,
    `last_execution_error_message = ${at('errorMessage')}`,
    `updated_at = ${at('finishedAt')}`,
  );
  const columns = RECORDED_FIELDS.map((field) => RECORDED[field][0]).join(', ');
  const values = RECORDED_FIELDS.map((field) => (field === 'nextActionId' ? 'nba.id' : at(field)));
  return `
    WITH nba AS (
      UPDATE next_best_actions
      SET ${sets.join(', ')}
      WHERE id = ${at('nextActionId')}
      RETURNING id)
    INSERT INTO next_action_executions (${columns})
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
    FROM next_best_actions WHERE id = $1 FOR UPDATE`,
};

/**
 * Execution, statement 2: an earlier success of this action with this input that answers this press. A
 * statement of its own, sent behind the lock: its snapshot must be taken after the lock was granted, or
 * it would miss the success that the lock's last holder committed. $3 is the dedupe window in ms, null
 * for no end. Executions of before inputs were kept have no hash, and answer as they always did.
 */
export const FIND_EARLIER: Statement = {
  name: 'find_earlier_execution',
  text: `
    SELECT clock_timestamp() AS now, (
      SELECT id FROM next_action_executions
      WHERE next_action_id = $1 AND action_key = $2 AND status = 'success'
        AND (request_hash = $4 OR request_hash IS NULL)
        AND ($3::float8 IS NULL OR started_at > clock_timestamp() - $3 * interval '1 millisecond')
      ORDER BY started_at DESC LIMIT 1) AS "repeatOf"`,
};

/** The executions of one NBA, newest first: ids are ordered in time. */
export const LIST_EXECUTIONS: Statement = {
  name: 'list_executions',
  text: `
    SELECT execution.id, next_action_id AS "nextActionId", action_key AS "actionKey", status,
      started_at AS "startedAt", finished_at AS "finishedAt", error_code AS "errorCode",
      error_message AS "errorMessage", input, changes, meta, actor_id AS "actorId",
      users.email AS "actorName"
    FROM next_action_executions execution LEFT JOIN users ON users.id = actor_id
    WHERE next_action_id = $1
    ORDER BY execution.id DESC LIMIT $2 OFFSET $3`,
};

/** How many executions an NBA has; no row when there is no such NBA. */
export const COUNT_EXECUTIONS: Statement = {
  name: 'count_executions',
  text: `
    SELECT (SELECT count(*)::int FROM next_action_executions WHERE next_action_id = nba.id) AS total
    FROM next_best_actions nba WHERE id = $1`,
};
