import { columnsOf } from '../database/sql/columns.js';
import { type Statement } from '../database/transactions/transaction.js';
import { WorkItemRow } from './work-item.entity.js';

/** The columns of a WorkItem. */
export const WORK_ITEM = columnsOf(WorkItemRow);

/** What the statements select of `work_items AS item`. */
export const WORK_ITEM_COLUMNS = WORK_ITEM.select('item');

/** What a push sends; the database keeps the times of the row. */
const PUSHED = WORK_ITEM.without('createdAt', 'updatedAt');
/** What a push overwrites. */
const CONTENT = PUSHED.without('id', 'kind', 'externalId');

const OCCURRED_AT = `
      COALESCE(p."occurredAt", CASE WHEN known.state = p."state" THEN known.occurred_at END, now())`;

/**
 * Creates or updates any number of items, given as one JSON array, and returns which were created. Items
 * are sorted by their keys, so that two concurrent pushes lock rows in the same order and do not deadlock.
 * An unchanged item is not written. Without `occurredAt`, an item whose state changes gets the current
 * time, and any other keeps its time.
 */
export const UPSERT: Statement = {
  name: 'upsert_work_items',
  text: `
    INSERT INTO work_items AS item (${PUSHED.names()})
    SELECT ${PUSHED.fields('p', { occurredAt: OCCURRED_AT })}
    FROM jsonb_to_recordset($1::jsonb) AS p(${PUSHED.recordset()})
    LEFT JOIN work_items AS known ON known.kind = p."kind" AND known.external_id = p."externalId"
    ORDER BY p."kind", p."externalId"
    ON CONFLICT (kind, external_id) DO UPDATE SET
      (${CONTENT.names()}, updated_at) = ROW (${CONTENT.names('excluded')}, now())
    WHERE (${CONTENT.names('item')}) IS DISTINCT FROM (${CONTENT.names('excluded')})
    RETURNING (item.xmax = 0) AS created`,
};

/** One item by its key. */
export const FIND: Statement = {
  name: 'find_work_item',
  text: `SELECT ${WORK_ITEM_COLUMNS} FROM work_items AS item WHERE kind = $1 AND external_id = $2`,
};

/** Deletes one item. */
export const DELETE: Statement = {
  name: 'delete_work_item',
  text: `DELETE FROM work_items WHERE kind = $1 AND external_id = $2`,
};
