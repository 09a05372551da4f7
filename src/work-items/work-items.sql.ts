import { columnsOf } from '../database/sql/columns.js';
import { type Statement } from '../database/transactions/transaction.js';
import { WorkItemRow } from './work-item.entity.js';

/** The columns of a WorkItem. */
export const WORK_ITEM = columnsOf(WorkItemRow);

/**
 * The state of `work_items AS item` as it is shown and filtered: a lead that its source calls `new` is
 * `scored` once the application scored it.
 */
export const SHOWN_STATE = `CASE WHEN item.state = 'new' AND item.scored_at IS NOT NULL THEN 'scored'
  ELSE item.state END`;

/** What the statements select of `work_items AS item`. */
export const WORK_ITEM_COLUMNS = WORK_ITEM.select('item', { state: SHOWN_STATE });

/** What a push sends; the database keeps the times of the row. */
const PUSHED = WORK_ITEM.without('scoredAt', 'createdAt', 'updatedAt');
/** What a push overwrites. */
const CONTENT = PUSHED.without('id', 'kind', 'externalId');
/** What the event of a change names. */
const CHANGED = WORK_ITEM.only('id', 'kind', 'externalId', 'entityType', 'entityId');

const OCCURRED_AT = `
      COALESCE(p."occurredAt", CASE WHEN known.state = p."state" THEN known.occurred_at END, now())`;

/**
 * Creates or updates any number of items, given as one JSON array, and returns those that it changed. Items
 * are sorted by their keys, so that two concurrent pushes lock rows in the same order and do not deadlock.
 * An unchanged item is not written; other attributes than before make a lead unscored. Without `occurredAt`, an item whose state changes gets the current
 * time, and any other keeps its time.
 */
export const UPSERT: Statement = {
  name: 'upsert_work_items',
  text: `
    WITH known AS (
      SELECT item.kind, item.external_id, item.entity_type, item.entity_id, item.state, item.occurred_at
      FROM jsonb_to_recordset($1::jsonb) AS p("kind" text, "externalId" text)
      JOIN work_items AS item ON item.kind = p."kind" AND item.external_id = p."externalId"),
    stored AS (
      INSERT INTO work_items AS item (${PUSHED.names()})
      SELECT ${PUSHED.fields('p', { occurredAt: OCCURRED_AT })}
      FROM jsonb_to_recordset($1::jsonb) AS p(${PUSHED.recordset()})
      LEFT JOIN known ON known.kind = p."kind" AND known.external_id = p."externalId"
      ORDER BY p."kind", p."externalId"
      ON CONFLICT (kind, external_id) DO UPDATE SET
        (${CONTENT.names()}, updated_at) = ROW (${CONTENT.names('excluded')}, now()),
        scored_at = CASE WHEN item.attributes = excluded.attributes THEN item.scored_at END
      WHERE (${CONTENT.names('item')}) IS DISTINCT FROM (${CONTENT.names('excluded')})
      RETURNING ${CHANGED.names('item')}, item.xmax = 0 AS created)
    SELECT ${CHANGED.select('stored')}, stored.created,
      known.entity_type AS "fromType", known.entity_id AS "fromId"
    FROM stored
    LEFT JOIN known ON known.kind = stored.kind AND known.external_id = stored.external_id
      AND (known.entity_type, known.entity_id) <> (stored.entity_type, stored.entity_id)`,
};

/** One item by its key. */
export const FIND: Statement = {
  name: 'find_work_item',
  text: `SELECT ${WORK_ITEM_COLUMNS} FROM work_items AS item WHERE kind = $1 AND external_id = $2`,
};

/** Deletes one item and returns its key and scope. */
export const DELETE: Statement = {
  name: 'delete_work_item',
  text: `
    DELETE FROM work_items AS item WHERE kind = $1 AND external_id = $2
    RETURNING ${CHANGED.select('item')}`,
};
