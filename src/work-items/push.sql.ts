import { columnsOf } from '../database/sql/columns.js';
import { type Statement } from '../database/transactions/transaction.js';
import { isGranted } from '../database/sql/scope-condition.js';
import { WorkItemRow } from './work-item.entity.js';
import { CHANGED } from './work-items.sql.js';

/** What a push sends; the database keeps the times of the row. */
const PUSHED = columnsOf(WorkItemRow).without('scoredAt', 'createdAt', 'updatedAt');
/** What a push overwrites. */
const OVERWRITTEN = PUSHED.without('id', 'kind', 'externalId');
/** What makes an item differ from what is pushed. */
const CONTENT = OVERWRITTEN.without('searchText');
/** What a push reads of a known item. */
const KNOWN = PUSHED.only(
  'id',
  'kind',
  'externalId',
  'entityType',
  'entityId',
  'state',
  'occurredAt',
);

/** The pushed values, completed from what is known of the item. */
const COMPLETED = {
  // Without a scope, an item stays in its own, and a new one gets the default.
  entityType: `COALESCE(p."entityType", known.entity_type, $3)`,
  entityId: `COALESCE(p."entityId", known.entity_id, $4)`,
  occurredAt: `
      COALESCE(p."occurredAt", CASE WHEN known.state = p."state" THEN known.occurred_at END, now())`,
};

/** How records in a JSON array are read: `jsonb_to_recordset(…) AS p(…)`. */
export const RECORDS = `p(${PUSHED.recordset()})`;

/**
 * Creates or updates the items of `source`, records `p`, in the scopes of $2 (see isGranted); $3 and $4 are
 * the scope of a new item that names none. `result` reads `denied`, the items that lie in a scope outside
 * those or would be moved to one, which are not written; and `changed`, those that were created or updated,
 * with `raced`: another push created the item after the statement had looked for it, so that its
 * scope and time were not known; the transaction must run again.
 *
 * Items are sorted by their keys, so that two concurrent pushes lock rows in the same order and do not
 * deadlock. Known items are locked before their scope and time are read. An unchanged item is not written;
 * other attributes than before make a lead unscored. Without `occurredAt`, an item whose state changes gets
 * the current time, and any other keeps its time.
 */
export function pushSql(source: string, result: string): string {
  return `
    WITH p AS MATERIALIZED (SELECT p.* FROM ${source}),
    known AS MATERIALIZED (
      SELECT ${KNOWN.names('item')} FROM work_items AS item
      JOIN p ON item.kind = p."kind" AND item.external_id = p."externalId"
      ORDER BY item.kind, item.external_id
      FOR UPDATE OF item),
    completed (${PUSHED.names()}, seen) AS MATERIALIZED (
      SELECT ${PUSHED.fields('p', COMPLETED)},
        known.id IS NULL OR ${isGranted('$2', 'known')}
      FROM p LEFT JOIN known ON known.kind = p."kind" AND known.external_id = p."externalId"),
    denied AS (
      SELECT kind, external_id FROM completed WHERE NOT (seen AND ${isGranted('$2')})),
    stored AS (
      INSERT INTO work_items AS item (${PUSHED.names()})
      SELECT ${PUSHED.names('p')} FROM completed AS p
      WHERE p.seen AND ${isGranted('$2', 'p')}
      ORDER BY p.kind, p.external_id
      ON CONFLICT (kind, external_id) DO UPDATE SET
        (${OVERWRITTEN.names()}, updated_at) = ROW (${OVERWRITTEN.names('excluded')}, now()),
        scored_at = CASE WHEN item.attributes = excluded.attributes THEN item.scored_at END
      WHERE (${CONTENT.names('item')}) IS DISTINCT FROM (${CONTENT.names('excluded')})
      RETURNING ${CHANGED.names('item')}, item.xmax = 0 AS created),
    changed AS (
      SELECT stored.*, NOT stored.created AND known.id IS NULL AS raced,
        (known.entity_type, known.entity_id) <> (stored.entity_type, stored.entity_id) AS moved,
        known.entity_type AS from_type, known.entity_id AS from_id
      FROM stored
      LEFT JOIN known ON known.kind = stored.kind AND known.external_id = stored.external_id)
    ${result}`;
}

/** Where a moved item came from; null for any other. */
export const ORIGIN = `
      CASE WHEN changed.moved THEN changed.from_type END AS "fromType",
      CASE WHEN changed.moved THEN changed.from_id END AS "fromId"`;

/** Creates or updates items, given as one JSON array, and returns those that it changed or denied. */
export const PUSH: Statement = {
  name: 'push_work_items',
  text: pushSql(
    `jsonb_to_recordset($1::jsonb) AS ${RECORDS}`,
    `SELECT ${CHANGED.select('changed')}, changed.created, changed.raced, ${ORIGIN}, false AS denied
    FROM changed
    UNION ALL
    SELECT NULL, kind, external_id, NULL, NULL, false, false, NULL, NULL, true FROM denied`,
  ),
};

/**
 * How many items, given as one JSON array, a push of them would create and update, and which ones it would
 * deny; the parameters are those of {@link pushSql}. Changes nothing.
 */
export const PREVIEW: Statement = {
  name: 'preview_work_items',
  text: `
    WITH pushed AS (
      SELECT p."kind", p."externalId",
        item.id IS NULL AS created,
        (${CONTENT.names('item')}) IS DISTINCT FROM (${CONTENT.fields('p', {
          entityType: `COALESCE(p."entityType", item.entity_type)`,
          entityId: `COALESCE(p."entityId", item.entity_id)`,
          occurredAt: `COALESCE(p."occurredAt", item.occurred_at)`,
        })}) AS changed,
        NOT ((item.id IS NULL OR ${isGranted('$2', 'item')}) AND ${isGranted('$2', 'target')}) AS denied
      FROM jsonb_to_recordset($1::jsonb) AS ${RECORDS}
      LEFT JOIN work_items AS item ON item.kind = p."kind" AND item.external_id = p."externalId"
      CROSS JOIN LATERAL (
        SELECT COALESCE(p."entityType", item.entity_type, $3) AS entity_type,
          COALESCE(p."entityId", item.entity_id, $4) AS entity_id) AS target)
    SELECT count(*) FILTER (WHERE created AND NOT denied)::int AS created,
      count(*) FILTER (WHERE changed AND NOT created AND NOT denied)::int AS updated,
      COALESCE(jsonb_agg(jsonb_build_object('kind', "kind", 'externalId', "externalId"))
        FILTER (WHERE denied), '[]') AS denied
    FROM pushed`,
};
