import { type Statement } from '../database/transactions/transaction.js';
import { conditionSql } from '../work-items/work-item-facts.sql.js';
import { WORK_ITEM_COLUMNS } from '../work-items/work-items.sql.js';

/** The newest score of `item`, under the names of a LeadScore. */
const LATEST_SCORE = `
  LEFT JOIN LATERAL (
    SELECT id AS "snapshotId", score, band, delta, factors, reasons, computed_at AS "scoredAt"
    FROM score_snapshots
    WHERE lead_id = item.id
    ORDER BY computed_at DESC, id DESC
    LIMIT 1) AS latest ON true`;

/** A lead by its external id, with its newest score. */
export const FIND_LEAD: Statement = {
  name: 'find_lead',
  text: `
    SELECT ${WORK_ITEM_COLUMNS}, latest."snapshotId", latest.score, latest.band, latest.delta,
      COALESCE(latest.factors, '[]') AS factors, COALESCE(latest.reasons, '[]') AS reasons,
      latest."scoredAt"
    FROM work_items AS item ${LATEST_SCORE}
    WHERE item.kind = 'intake_lead' AND item.external_id = $1`,
};

/** Locks a lead, so that its scores follow each other; pushes of it wait. */
export const LOCK_LEAD: Statement = {
  name: 'lock_lead',
  text: `
    SELECT id, external_id AS "externalId", is_open AS "open", attributes FROM work_items
    WHERE kind = 'intake_lead' AND external_id = $1
    FOR NO KEY UPDATE`,
};

/** The order in which leads are scored: those to be answered first come first. */
const ORDER = 'ORDER BY item.due_at, item.external_id COLLATE "C"';

/** Unscored leads of a scope, as many as a run may score. */
export const LIST_UNSCORED: Statement = {
  name: 'list_unscored_leads',
  text: `
    SELECT item.id FROM work_items AS item
    WHERE item.entity_type = $1 AND item.entity_id = $2 AND ${conditionSql('lead_unscored')}
    ${ORDER}
    LIMIT $3`,
};

/**
 * Locks those of the leads $3 that are still unscored and in the scope. Passes over what somebody else
 * holds: another run scores it or a push changes it, and waiting for either could only deadlock.
 */
export const CLAIM_UNSCORED: Statement = {
  name: 'claim_unscored_leads',
  text: `
    SELECT item.id, item.external_id AS "externalId", item.attributes FROM work_items AS item
    WHERE item.entity_type = $1 AND item.entity_id = $2 AND ${conditionSql('lead_unscored')}
      AND item.id = ANY ($3::uuid[])
    ${ORDER}
    FOR NO KEY UPDATE SKIP LOCKED`,
};

/**
 * Appends a snapshot to a locked lead, with the delta to the one before, and takes a new lead to
 * `scored`; one that is further on stays where it is. The time is the database's, under the lock, so
 * that snapshots of a lead follow each other.
 */
export const STORE_LEAD_SCORE: Statement = {
  name: 'store_lead_score',
  text: `
    WITH lead AS (
      UPDATE work_items AS item SET
        state = CASE item.state WHEN 'new' THEN 'scored' ELSE item.state END,
        updated_at = CASE item.state WHEN 'new' THEN now() ELSE item.updated_at END
      WHERE item.id = $1
      RETURNING ${WORK_ITEM_COLUMNS}),
    previous AS (
      SELECT score FROM score_snapshots
      WHERE lead_id = $1
      ORDER BY computed_at DESC, id DESC
      LIMIT 1),
    snapshot AS (
      INSERT INTO score_snapshots (id, subject, lead_id, entity_type, entity_id, score, band, delta,
        factors, reasons, actor_id, computed_at)
      SELECT $2, 'lead', lead.id, lead."entityType", lead."entityId", $3::int, $4,
        $3::int - (SELECT score FROM previous), $5, $6, $7,
        date_trunc('milliseconds', clock_timestamp())
      FROM lead
      RETURNING delta, computed_at)
    SELECT lead.*, snapshot.delta, snapshot.computed_at AS "scoredAt" FROM lead, snapshot`,
};

const PAST_SCORES = `
    SELECT id, score, band, delta, computed_at AS "computedAt" FROM score_snapshots
    WHERE lead_id = $1`;

/** A page of a lead's snapshots, newest first, behind the one named by $3 and $4 where they are given. */
export const LIST_LEAD_HISTORY: Statement = {
  name: 'list_lead_score_history',
  text: `${PAST_SCORES}
    ORDER BY computed_at DESC, id DESC
    LIMIT $2`,
};

export const LIST_LEAD_HISTORY_AFTER: Statement = {
  name: 'list_lead_score_history_after',
  text: `${PAST_SCORES}
      AND (computed_at, id) < ($3::timestamptz, $4::uuid)
    ORDER BY computed_at DESC, id DESC
    LIMIT $2`,
};
