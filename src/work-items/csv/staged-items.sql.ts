import { type Statement } from '../../database/transactions/transaction.js';
import { ORIGIN, pushSql, RECORDS } from '../push.sql.js';

/** Adds a part to an import. Repeated where its connection was lost, it adds nothing. */
export const STAGE: Statement = {
  name: 'stage_work_items',
  text: `
    INSERT INTO staged_work_items (import_id, part, items) VALUES ($1, $2, $3)
    ON CONFLICT (import_id, part) DO NOTHING`,
};

/** How many parts of an import there are. */
export const COUNT_PARTS: Statement = {
  name: 'count_staged_parts',
  text: `SELECT count(*)::int AS parts FROM staged_work_items WHERE import_id = $1`,
};

/** Pushes all items of an import, and returns what changed by scope, and what was denied. */
export const PUSH_STAGED: Statement = {
  name: 'push_staged_work_items',
  text: pushSql(
    `staged_work_items AS staged
      CROSS JOIN LATERAL jsonb_to_recordset(staged.items) AS ${RECORDS}
      WHERE staged.import_id = $1`,
    `SELECT entity_type AS "entityType", entity_id AS "entityId", created, ${ORIGIN},
      bool_or(raced) AS raced, count(*)::int AS count, '[]'::jsonb AS denied
    FROM changed GROUP BY 1, 2, 3, 4, 5
    UNION ALL
    SELECT NULL, NULL, false, NULL, NULL, false, 0,
      jsonb_agg(jsonb_build_object('kind', kind, 'externalId', external_id))
    FROM denied HAVING count(*) > 0`,
  ),
};

/** Deletes an import. */
export const DISCARD: Statement = {
  name: 'discard_staged_work_items',
  text: `DELETE FROM staged_work_items WHERE import_id = $1`,
};
