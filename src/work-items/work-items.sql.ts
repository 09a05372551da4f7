import { columnsOf } from '../database/sql/columns.js';
import { isGranted } from '../database/sql/scope-condition.js';
import { type Statement } from '../database/transactions/transaction.js';
import { WorkItemRow } from './work-item.entity.js';

/** The columns of a WorkItem. */
export const WORK_ITEM = columnsOf(WorkItemRow).without('searchText');

/**
 * The state of `work_items AS item` as it is shown and filtered: a lead that its source calls `new` is
 * `scored` once the application scored it.
 */
export const SHOWN_STATE = `CASE WHEN item.state = 'new' AND item.scored_at IS NOT NULL THEN 'scored'
  ELSE item.state END`;

/** What the statements select of `work_items AS item`. */
export const WORK_ITEM_COLUMNS = WORK_ITEM.select('item', { state: SHOWN_STATE });

/** The same with the state that the source of the item pushed. */
export const SOURCE_COLUMNS = WORK_ITEM.select('item');

/** One item by its key, if it lies in the scopes of $3. */
export const FIND: Statement = {
  name: 'find_work_item',
  text: `
    SELECT ${WORK_ITEM_COLUMNS} FROM work_items AS item
    WHERE kind = $1 AND external_id = $2 AND ${isGranted('$3')}`,
};

/** The same as its source pushed it, locked until the transaction ends. */
export const LOCK: Statement = {
  name: 'lock_work_item',
  text: `
    SELECT ${SOURCE_COLUMNS} FROM work_items AS item
    WHERE kind = $1 AND external_id = $2 AND ${isGranted('$3')} FOR UPDATE`,
};

/** What the event of a change names. */
export const CHANGED = WORK_ITEM.only('id', 'kind', 'externalId', 'entityType', 'entityId');

/** Deletes one item and returns its key and scope. */
export const DELETE: Statement = {
  name: 'delete_work_item',
  text: `
    DELETE FROM work_items AS item
    WHERE kind = $1 AND external_id = $2 AND ${isGranted('$3')}
    RETURNING ${CHANGED.select('item')}`,
};
