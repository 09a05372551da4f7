import { type Statement } from '../database/transactions/transaction.js';

/** The columns of a WorkItem, each under its property's name. */
export const WORK_ITEM_COLUMNS = `
  item.id, item.kind, item.external_id AS "externalId", item.entity_type AS "entityType",
  item.entity_id AS "entityId", item.state, item.is_open AS "open", item.priority, item.title,
  item.due_at AS "dueAt", item.occurred_at AS "occurredAt", item.attributes,
  item.created_at AS "createdAt", item.updated_at AS "updatedAt"`;

/** What a push overwrites. */
const CONTENT = [
  'entity_type',
  'entity_id',
  'state',
  'is_open',
  'priority',
  'title',
  'due_at',
  'occurred_at',
  'attributes',
];
const row = (alias: string): string => CONTENT.map((column) => `${alias}.${column}`).join(', ');

/**
 * Creates or updates any number of items, given as one JSON array, and tells which were created. Items
 * come in the order of their keys, so two pushes at once lock rows in one order and never deadlock. An
 * item that is pushed again as it stands is not written: its row stays as it is. Without a time, an
 * item that changes its state came into it now, and any other keeps its time.
 */
export const UPSERT: Statement = {
  name: 'upsert_work_items',
  text: `
    INSERT INTO work_items AS item (id, kind, external_id, entity_type, entity_id, state, is_open,
      priority, title, due_at, occurred_at, attributes)
    SELECT p."id", p."kind", p."externalId", p."entityType", p."entityId", p."state", p."open",
      p."priority", p."title", p."dueAt",
      COALESCE(p."occurredAt", CASE WHEN known.state = p."state" THEN known.occurred_at END, now()),
      p."attributes"
    FROM jsonb_to_recordset($1::jsonb) AS p(
      "id" uuid, "kind" text, "externalId" text, "entityType" text, "entityId" text, "state" text,
      "open" boolean, "priority" text, "title" text, "dueAt" timestamptz, "occurredAt" timestamptz,
      "attributes" jsonb)
    LEFT JOIN work_items AS known ON known.kind = p."kind" AND known.external_id = p."externalId"
    ORDER BY p."kind", p."externalId"
    ON CONFLICT (kind, external_id) DO UPDATE SET
      (${CONTENT.join(', ')}, updated_at) = ROW (${row('excluded')}, now())
    WHERE (${row('item')}) IS DISTINCT FROM (${row('excluded')})
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
