import { columnsOf } from '../database/sql/columns.js';
import { type Statement } from '../database/transactions/transaction.js';
import { DEFAULT_SCOPE } from '../kernel/scope.js';
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

/** Without a scope, an item stays in its own, and a new one gets the default. */
const SCOPE = {
  entityType: `COALESCE(p."entityType", known.entity_type, '${DEFAULT_SCOPE.entityType}')`,
  entityId: `COALESCE(p."entityId", known.entity_id, '${DEFAULT_SCOPE.entityId}')`,
};

/**
 * Creates or updates any number of items, given as one JSON array, and returns which were created. Items
 * are sorted by their keys, so that two concurrent pushes lock rows in the same order and do not deadlock.
 * Known items are locked before their scope and time are read. An unchanged item is not written. Without `occurredAt`, an item whose state changes gets the current
 * time, and any other keeps its time. `raced`: another push created the item after the statement had
 * looked for it, so that its scope and time were not known; the transaction must run again.
 */
export const UPSERT: Statement = {
  name: 'upsert_work_items',
  text: `
    WITH p AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset($1::jsonb) AS p(${PUSHED.recordset()})),
    known AS MATERIALIZED (
      SELECT item.* FROM work_items AS item
      JOIN p ON item.kind = p."kind" AND item.external_id = p."externalId"
      ORDER BY item.kind, item.external_id
      FOR UPDATE OF item),
    changed AS (
      INSERT INTO work_items AS item (${PUSHED.names()})
      SELECT ${PUSHED.fields('p', { ...SCOPE, occurredAt: OCCURRED_AT })}
      FROM p LEFT JOIN known ON known.kind = p."kind" AND known.external_id = p."externalId"
      ORDER BY p."kind", p."externalId"
      ON CONFLICT (kind, external_id) DO UPDATE SET
        (${CONTENT.names()}, updated_at) = ROW (${CONTENT.names('excluded')}, now())
      WHERE (${CONTENT.names('item')}) IS DISTINCT FROM (${CONTENT.names('excluded')})
      RETURNING item.kind, item.external_id, (item.xmax = 0) AS created)
    SELECT changed.created, (NOT changed.created AND known.id IS NULL) AS raced
    FROM changed LEFT JOIN known USING (kind, external_id)`,
};

/** One item by its key. */
export const FIND: Statement = {
  name: 'find_work_item',
  text: `SELECT ${WORK_ITEM_COLUMNS} FROM work_items AS item WHERE kind = $1 AND external_id = $2`,
};

/** The same as it was pushed, locked until the transaction ends. */
export const LOCK: Statement = {
  name: 'lock_work_item',
  text: `
    SELECT ${WORK_ITEM.select('item')} FROM work_items AS item
    WHERE kind = $1 AND external_id = $2 FOR UPDATE`,
};

/** Deletes one item. */
export const DELETE: Statement = {
  name: 'delete_work_item',
  text: `DELETE FROM work_items WHERE kind = $1 AND external_id = $2`,
};
