import { columnsOf } from '../../database/sql/columns.js';
import { isGranted } from '../../database/sql/scope-condition.js';
import { type Statement } from '../../database/transactions/transaction.js';
import { NextBestAction } from './next-best-action.entity.js';

const ALL = columnsOf(NextBestAction);

/** The columns of a NextAction. */
export const NEXT_ACTION = ALL.without(
  'origin',
  'closedByExecutionId',
  'searchText',
  'conditionGoneAt',
  'conditionBackAt',
);

/** What the statements select of a NextAction. */
export const NEXT_ACTION_COLUMNS = NEXT_ACTION.select();

/** What the statements select of the items of a list. */
export const LISTED_COLUMNS = NEXT_ACTION.without('payload', 'explanation').select();

/** What an API client creates or updates. */
export const NEW_NEXT_ACTION = ALL.without(
  'status',
  'origin',
  'assigneeId',
  'closedByExecutionId',
  'conditionGoneAt',
  'conditionBackAt',
  'lastExecutedAt',
  'lastExecutionStatus',
  'lastExecutionErrorCode',
  'lastExecutionErrorMessage',
  'createdAt',
  'updatedAt',
  'completedAt',
  'dismissedAt',
);
/** The columns that an update overwrites: not the key that it was found by. */
const CONTENT = NEW_NEXT_ACTION.without(
  'id',
  'dedupeKey',
  'entityType',
  'entityId',
  'snoozedUntil',
);

/** One NBA by its id, if it lies in the scopes of $2. */
export const FIND: Statement = {
  name: 'find_next_action',
  text: `SELECT ${NEXT_ACTION_COLUMNS} FROM next_best_actions WHERE id = $1 AND ${isGranted('$2')}`,
};

/**
 * Creates an NBA, or updates the queued one with the same dedupe key in the same scope. Of two concurrent
 * calls, the partial unique index makes one insert and the other update. xmax is 0 on a row that this
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

/** Hides an open NBA from the queue until a time. */
export const SNOOZE: Statement = {
  name: 'snooze_next_action',
  text: `
    UPDATE next_best_actions SET snoozed_until = $2, updated_at = now()
    WHERE id = $1 AND status = 'queued'`,
};
