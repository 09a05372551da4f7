import { uuidv7 } from 'uuidv7';
import { type Query, type Statement } from '../database/connections/statement.js';
import { columnsOf, type RowOf } from '../database/sql/columns.js';
import { firstUuidV7Sql, ID_TOLERANCE_SQL } from '../database/sql/first-uuid-v7.js';
import { ListQuery, type PageStart } from '../database/sql/list-query.js';
import { jobHealthSql } from '../jobs/api/job-health.js';
import { countSql, WINDOWS } from '../work-items/work-item-facts.sql.js';
import { LATEST_SCORE_SQL } from './latest-score.sql.js';
import { type Scope } from '../kernel/scope.js';
import { ScoreEventRow } from './score-event.entity.js';
import { type ScoreSnapshot } from './score-snapshot.js';
import { HISTORY, SCORE_SNAPSHOT, SNAPSHOT } from './score-snapshot.sql.js';
import { type ScoreTransition, TRANSITION_COOL_DOWN_MS } from './transitions.js';

/**
 * The input of a scope's score, in one snapshot of the database: the counts, each read from the index of
 * open items only, and the previous score. A dead-lettered job counts in the health of the jobs, so its
 * event does not count again. $6 is the heartbeat before which a job is stale.
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
         AND event.created_at >= $4::timestamptz AND event.event_key <> 'job.dead_lettered'
         AND event.id >= ${firstUuidV7Sql(`($4::timestamptz - ${ID_TOLERANCE_SQL})`)}
         AND event.event_key <> 'job.dead_lettered') AS "errorEventsToday",
      ${countSql('reminder_overdue')} AS "overdueReminders",
      ${LATEST_SCORE_SQL} AS "previous"
    FROM ${WINDOWS},
      (${jobHealthSql({ entityType: '$1', entityId: '$2', staleBefore: '$6' })}) AS jobs`,
};

const STORED_SNAPSHOT = SCORE_SNAPSHOT.without('leadId');
const STORED_EVENT = columnsOf(ScoreEventRow).only(
  'id',
  'snapshotId',
  'transition',
  'entityType',
  'entityId',
  'occurredAt',
);
const entityType = STORED_SNAPSHOT.parameter('entityType');
const entityId = STORED_SNAPSHOT.parameter('entityId');
const computedAt = STORED_SNAPSHOT.parameter('computedAt');
const { size } = STORED_SNAPSHOT;

/**
 * Stores a snapshot and the transitions that were not published within the last hour, and returns those:
 * only they are published. {@link storedSnapshot} makes the values.
 */
export const STORE_SNAPSHOT: Statement = {
  name: 'store_score_snapshot',
  text: `
    WITH snapshot AS (
      INSERT INTO score_snapshots (${STORED_SNAPSHOT.names()})
      VALUES (${STORED_SNAPSHOT.parameters()})
      RETURNING id)
    INSERT INTO score_events (${STORED_EVENT.names()})
    SELECT ${STORED_EVENT.expressions({
      id: 'found.id',
      snapshotId: 'snapshot.id',
      transition: 'found.transition',
      entityType,
      entityId,
      occurredAt: computedAt,
    })}
    FROM snapshot, unnest($${size + 1}::uuid[], $${size + 2}::text[]) AS found(id, transition)
    WHERE NOT EXISTS (
      SELECT FROM score_events AS earlier
      WHERE earlier.entity_type = ${entityType} AND earlier.entity_id = ${entityId}
        AND earlier.transition = found.transition
        AND earlier.occurred_at
          > ${computedAt}::timestamptz - interval '${TRANSITION_COOL_DOWN_MS} milliseconds')
    RETURNING transition`,
};

/** The values of {@link STORE_SNAPSHOT}. */
export function storedSnapshot(
  snapshot: ScoreSnapshot,
  actorId: string | null,
  transitions: readonly ScoreTransition[],
): unknown[] {
  return [
    ...STORED_SNAPSHOT.values({ ...snapshot, subject: 'scope', actorId }),
    transitions.map(() => uuidv7()),
    transitions,
  ];
}

const UNCHANGED = SNAPSHOT.only('id', 'score', 'band', 'factors', 'reasons', 'confirmedAt');
const same = UNCHANGED.without('confirmedAt').properties.map(
  (property) =>
    `${UNCHANGED.name(property)} = ${UNCHANGED.parameter(property)}::${UNCHANGED.type(property)}`,
);

/** Notes when a snapshot was found unchanged, and returns it; no row where it differs. */
export const CONFIRM_SNAPSHOT: Statement = {
  name: 'confirm_score_snapshot',
  text: `
    UPDATE score_snapshots SET confirmed_at = ${UNCHANGED.parameter('confirmedAt')}
    WHERE ${same.join(' AND ')}
    RETURNING ${SNAPSHOT.select()}`,
};

/** The values of {@link CONFIRM_SNAPSHOT}. */
export function confirmedSnapshot(snapshot: RowOf<typeof UNCHANGED>): unknown[] {
  return UNCHANGED.values(snapshot);
}

/** The newest snapshot of a scope. */
export const FIND_LATEST: Statement = {
  name: 'find_latest_score',
  text: `
    SELECT ${SNAPSHOT.select()} FROM score_snapshots
    WHERE subject = 'scope' AND entity_type = $1 AND entity_id = $2
    ORDER BY ${HISTORY.keyset.order}
    LIMIT 1`,
};

/** A page of a scope's snapshots, newest first. */
export function historyQuery({ entityType, entityId }: Scope, start: PageStart): Query {
  return ListQuery.unscoped('scores', 'the caller may see the scope, which is one', {
    conditions: [`subject = 'scope'`, 'entity_type = $1', 'entity_id = $2'],
    values: [entityType, entityId],
  }).page(HISTORY, start);
}
