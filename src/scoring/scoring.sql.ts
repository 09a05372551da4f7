import { type Statement } from '../database/transactions/transaction.js';
import { jobHealthSql } from '../jobs/api/job-health.js';
import { countSql, WINDOWS } from '../work-items/work-item-facts.sql.js';
import { LATEST_SCORE_SQL } from './latest-score.sql.js';
import { TRANSITION_COOL_DOWN_MS } from './transitions.js';

/**
 * Everything that a scope's score is made of, in one snapshot of the database: the counts, each read
 * from the index of open items alone, and the score before. $6 is the heartbeat before which a job is
 * stale.
 */
export const FETCH_SCORE_CONTEXT: Statement = {
  name: 'fetch_score_context',
  text: `
    SELECT
      ${countSql('proposal_follow_up_overdue')} AS "overdueProposalFollowUps",
      ${countSql('retention_overdue')} AS "overdueRetentionContacts",
      ${countSql('lead_unscored')} AS "unscoredLeads",
      jobs.failed::int AS "failedJobs",
      jobs.dead_lettered::int AS "deadLetteredJobs",
      jobs.stale::int AS "staleJobs",
      ${countSql('delivery_failed_today')} AS "failedDeliveriesToday",
      (SELECT count(*)::int FROM ops_events AS event
       WHERE event.level = 'error' AND event.entity_type = $1 AND event.entity_id = $2
         AND event.created_at >= $4::timestamptz) AS "errorEventsToday",
      ${countSql('reminder_overdue')} AS "overdueReminders",
      ${LATEST_SCORE_SQL} AS "previous"
    FROM ${WINDOWS},
      (${jobHealthSql({ entityType: '$1', entityId: '$2', staleBefore: '$6' })}) AS jobs`,
};

/**
 * Stores a snapshot and the transitions that were not told within the last hour, and returns those: an
 * event leaves only for what is stored here.
 */
export const STORE_SNAPSHOT: Statement = {
  name: 'store_score_snapshot',
  text: `
    WITH snapshot AS (
      INSERT INTO score_snapshots (id, subject, entity_type, entity_id, score, band, delta, factors,
        reasons, actor_id, computed_at)
      VALUES ($3, 'scope', $1, $2, $4, $5, $6, $7, $8, $9, $10)
      RETURNING id)
    INSERT INTO score_events (id, snapshot_id, transition, entity_type, entity_id, occurred_at)
    SELECT told.id, snapshot.id, told.transition, $1, $2, $10
    FROM snapshot, unnest($11::uuid[], $12::text[]) AS told(id, transition)
    WHERE NOT EXISTS (
      SELECT FROM score_events AS earlier
      WHERE earlier.entity_type = $1 AND earlier.entity_id = $2
        AND earlier.transition = told.transition
        AND earlier.occurred_at > $10::timestamptz - interval '${TRANSITION_COOL_DOWN_MS} milliseconds')
    RETURNING transition`,
};

/** The columns of a snapshot, each under its property's name. */
const COLUMNS = `
  id, entity_type AS "entityType", entity_id AS "entityId", score, band, delta, factors, reasons,
  computed_at AS "computedAt"`;

/** The newest snapshot of a scope. */
export const FIND_LATEST: Statement = {
  name: 'find_latest_score',
  text: `
    SELECT ${COLUMNS} FROM score_snapshots
    WHERE subject = 'scope' AND entity_type = $1 AND entity_id = $2
    ORDER BY computed_at DESC, id DESC
    LIMIT 1`,
};

/** A page of a scope's snapshots, newest first, behind the one named by $4 and $5 where they are given. */
export const LIST_HISTORY: Statement = {
  name: 'list_score_history',
  text: `
    SELECT id, score, band, delta, computed_at AS "computedAt" FROM score_snapshots
    WHERE subject = 'scope' AND entity_type = $1 AND entity_id = $2
    ORDER BY computed_at DESC, id DESC
    LIMIT $3`,
};

export const LIST_HISTORY_AFTER: Statement = {
  name: 'list_score_history_after',
  text: `
    SELECT id, score, band, delta, computed_at AS "computedAt" FROM score_snapshots
    WHERE subject = 'scope' AND entity_type = $1 AND entity_id = $2
      AND (computed_at, id) < ($4::timestamptz, $5::uuid)
    ORDER BY computed_at DESC, id DESC
    LIMIT $3`,
};
