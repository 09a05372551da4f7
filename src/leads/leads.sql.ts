import { type Query, type Statement } from '../database/connections/statement.js';
import { ListQuery, type PageStart } from '../database/sql/list-query.js';
import { isGranted } from '../database/sql/scope-condition.js';
import { HISTORY, SCORE_SNAPSHOT } from '../scoring/score-snapshot.sql.js';
import { conditionSql } from '../work-items/work-item-facts.sql.js';
import { WORK_ITEM_COLUMNS } from '../work-items/work-items.sql.js';

/** The newest score of `item`, under the names of a LeadScore. */
const LATEST_SCORE = `
  LEFT JOIN LATERAL (
    SELECT id AS "snapshotId", score, band, delta, factors, reasons
    FROM score_snapshots
    WHERE lead_id = item.id
    ORDER BY computed_at DESC, id DESC
    LIMIT 1) AS latest ON true`;

/** A lead by its external id, if it lies in the scopes of $2, with its newest score. */
export const FIND_LEAD: Statement = {
  name: 'find_lead',
  text: `
    SELECT ${WORK_ITEM_COLUMNS}, latest."snapshotId", latest.score, latest.band, latest.delta,
      COALESCE(latest.factors, '[]') AS factors, COALESCE(latest.reasons, '[]') AS reasons
    FROM work_items AS item ${LATEST_SCORE}
    WHERE item.kind = 'intake_lead' AND item.external_id = $1 AND ${isGranted('$2', 'item')}`,
};

/** Locks a lead, so that its snapshots are stored one after the other; a push of the lead waits. */
export const LOCK_LEAD: Statement = {
  name: 'lock_lead',
  text: `
    SELECT id, external_id AS "externalId", is_open AS "open", attributes FROM work_items
    WHERE kind = 'intake_lead' AND external_id = $1 AND ${isGranted('$2')}
    FOR NO KEY UPDATE`,
};

/** The order in which leads are scored: those to be answered first come first. */
const ORDER = 'ORDER BY item.due_at, item.external_id COLLATE "C"';

/** Unscored leads of a scope, up to the limit of a run. */
export const LIST_UNSCORED: Statement = {
  name: 'list_unscored_leads',
  text: `
    SELECT item.id FROM work_items AS item
    WHERE item.entity_type = $1 AND item.entity_id = $2 AND ${conditionSql('lead_unscored')}
    ${ORDER}
    LIMIT $3`,
};

/**
 * Locks those of the leads $3 that are still unscored and in the scope. Skips locked rows: another run
 * scores them or a push changes them, and waiting for either could deadlock.
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

/** The computed part of a snapshot: the values of {@link STORE_LEAD_SCORE}. */
export const SCORED_LEAD = SCORE_SNAPSHOT.only(
  'leadId',
  'id',
  'score',
  'band',
  'factors',
  'reasons',
  'actorId',
);
const leadId = SCORED_LEAD.parameter('leadId');
const score = SCORED_LEAD.parameter('score');

/**
 * Appends a snapshot to a locked lead, with the delta to the one before, and sets its `scored_at`; its state
 * stays what its source pushed. The time is the database's, under the lock, so that the snapshots of a lead
 * are in the order of their times.
 */
export const STORE_LEAD_SCORE: Statement = {
  name: 'store_lead_score',
  text: `
    WITH lead AS (
      UPDATE work_items AS item SET
        scored_at = clock.now,
        updated_at = CASE WHEN item.scored_at IS NULL THEN clock.now ELSE item.updated_at END
      FROM (SELECT date_trunc('milliseconds', clock_timestamp()) AS now) AS clock
      WHERE item.id = ${leadId}
      RETURNING ${WORK_ITEM_COLUMNS}),
    previous AS (
      SELECT score FROM score_snapshots
      WHERE lead_id = ${leadId}
      ORDER BY ${HISTORY.keyset.order}
      LIMIT 1),
    snapshot AS (
      INSERT INTO score_snapshots (${SCORE_SNAPSHOT.names()})
      SELECT ${SCORE_SNAPSHOT.expressions({
        id: SCORED_LEAD.parameter('id'),
        subject: `'lead'`,
        leadId: 'lead.id',
        entityType: 'lead."entityType"',
        entityId: 'lead."entityId"',
        score: `${score}::int`,
        band: SCORED_LEAD.parameter('band'),
        delta: `${score}::int - (SELECT score FROM previous)`,
        factors: SCORED_LEAD.parameter('factors'),
        reasons: SCORED_LEAD.parameter('reasons'),
        actorId: SCORED_LEAD.parameter('actorId'),
        computedAt: 'lead."scoredAt"',
      })}
      FROM lead
      RETURNING delta)
    SELECT lead.*, snapshot.delta FROM lead, snapshot`,
};

/** A page of a lead's snapshots, newest first. */
export function leadHistoryQuery(id: string, start: PageStart): Query {
  return ListQuery.unscoped('lead_scores', 'the lead was found in the scopes of the caller', {
    conditions: ['lead_id = $1'],
    values: [id],
  }).page(HISTORY, start);
}
