import { columnsOf, type RowOf } from '../../database/sql/columns.js';
import { type Statement } from '../../database/transactions/transaction.js';
import { NextBestAction } from '../model/next-best-action.entity.js';
import { suppressedIn } from '../suppressions/suppressions.sql.js';
import { NextActionRunRow } from './next-action-run.entity.js';

/** Cool-down of a rule in a scope after its action was done. */
const DONE_COOL_DOWN_HOURS = 24;
/** The same after it was dismissed. */
const DISMISSED_COOL_DOWN_DAYS = 7;
/** Of both, where the rule recommends with priority critical. */
const CRITICAL_COOL_DOWN_HOURS = 1;

/** A candidate of a rule, as {@link STORE_RUN} reads it. */
const CANDIDATE = columnsOf(NextBestAction).only(
  'id',
  'createdByRule',
  'dedupeKey',
  'title',
  'reason',
  'priority',
  'score',
  'sourceType',
  'actionUrl',
  'explanation',
  'searchText',
);
export type CandidateRecord = RowOf<typeof CANDIDATE>;

/** The columns that a run overwrites in a queued action: a snooze and the last press are kept. */
const CONTENT = CANDIDATE.without('id', 'createdByRule', 'dedupeKey');
const wanted = CONTENT.fields('c');

/** Whether an action in the scope is queued under the dedupe key of the candidate `c`. */
const QUEUED = `EXISTS (
        SELECT FROM next_best_actions AS queued
        WHERE queued.entity_type = $1 AND queued.entity_id = $2 AND queued.status = 'queued'
          AND queued.dedupe_key = c."dedupeKey")`;

const CREATED = columnsOf(NextBestAction).only(
  ...CANDIDATE.properties,
  'origin',
  'entityType',
  'entityId',
  'createdAt',
  'updatedAt',
);
const RUN = columnsOf(NextActionRunRow);

/**
 * One run in the scope $1, $2 at $4: the candidates, given as one JSON array in $3, become its queued
 * actions, what no longer holds expires, and the run is recorded, with counts. It changes only actions that
 * a run created: neither those of API clients nor a queued action of theirs that has one of the keys.
 *
 * Candidates that are suppressed by an operator are left out, and those of a rule that cools down, because an
 * action of its own was closed not long ago; a critical one cools down more quickly. That is read in this
 * statement, in the same snapshot as the queued keys: otherwise an action that an operator closes after it was
 * counted would be queued again at once. The run records how many it left out.
 *
 * An action that expired within its snooze is queued again, still snoozed, instead of a new one: the snooze
 * holds for the dedupe key until its time.
 *
 * A press holds the lock of its action and may be waiting for this scope's runs to end. So the run waits
 * for no row: locked rows are skipped, and their keys count as queued. A press that runs this statement
 * holds the lock of its own action, so it does not block itself: $5 is that action, which is not expired.
 */
export const STORE_RUN: Statement = {
  name: 'store_next_action_run',
  text: `
    WITH suppressed AS MATERIALIZED (${suppressedIn('$1', '$2', '$4::timestamptz')}),
    closed AS MATERIALIZED (
      SELECT created_by_rule AS rule_key, completed_at AS closed_at FROM next_best_actions
      WHERE entity_type = $1 AND entity_id = $2 AND origin = 'rule' AND status = 'done'
        AND completed_at > $4::timestamptz - interval '${DONE_COOL_DOWN_HOURS} hours'
      UNION ALL
      SELECT created_by_rule, dismissed_at FROM next_best_actions
      WHERE entity_type = $1 AND entity_id = $2 AND origin = 'rule' AND status = 'dismissed'
        AND dismissed_at > $4::timestamptz - interval '${DISMISSED_COOL_DOWN_DAYS * 24} hours'),
    candidate AS (
      SELECT * FROM jsonb_to_recordset($3::jsonb) AS c(${CANDIDATE.recordset()})
      WHERE NOT EXISTS (
          SELECT FROM suppressed WHERE suppressed.rule_key = c."createdByRule"
            OR suppressed.dedupe_key = c."dedupeKey")
        AND NOT EXISTS (
          SELECT FROM closed WHERE closed.rule_key = c."createdByRule"
            AND (c."priority" <> 'critical' OR closed.closed_at
              > $4::timestamptz - interval '${CRITICAL_COOL_DOWN_HOURS} hours'))),
    mine AS MATERIALIZED (
      SELECT id, dedupe_key FROM next_best_actions
      WHERE entity_type = $1 AND entity_id = $2 AND status = 'queued' AND origin = 'rule'
      FOR NO KEY UPDATE SKIP LOCKED),
    updated AS (
      UPDATE next_best_actions AS nba
      SET (${CONTENT.names()}, updated_at) = ROW (${wanted}, $4::timestamptz)
      FROM mine JOIN candidate AS c ON c."dedupeKey" = mine.dedupe_key
      WHERE nba.id = mine.id AND (${CONTENT.names('nba')}) IS DISTINCT FROM (${wanted})
      RETURNING nba.id),
    expired AS (
      UPDATE next_best_actions AS nba SET status = 'expired', updated_at = $4::timestamptz
      FROM mine
      WHERE nba.id = mine.id AND mine.id IS DISTINCT FROM $5::uuid
        AND NOT EXISTS (SELECT FROM candidate AS c WHERE c."dedupeKey" = mine.dedupe_key)
      RETURNING nba.id),
    snoozed AS MATERIALIZED (
      SELECT DISTINCT ON (nba.dedupe_key) nba.id, nba.dedupe_key
      FROM candidate AS c JOIN next_best_actions AS nba ON nba.dedupe_key = c."dedupeKey"
      WHERE nba.entity_type = $1 AND nba.entity_id = $2 AND nba.status = 'expired'
        AND nba.origin = 'rule' AND nba.snoozed_until > $4::timestamptz AND NOT ${QUEUED}
      ORDER BY nba.dedupe_key, nba.created_at DESC, nba.id DESC),
    unlocked AS MATERIALIZED (
      SELECT id, dedupe_key FROM next_best_actions
      WHERE id IN (SELECT id FROM snoozed) AND status = 'expired'
      FOR NO KEY UPDATE SKIP LOCKED),
    returned AS (
      UPDATE next_best_actions AS nba
      SET (status, ${CONTENT.names()}, updated_at) = ROW ('queued', ${wanted}, $4::timestamptz)
      FROM unlocked JOIN candidate AS c ON c."dedupeKey" = unlocked.dedupe_key
      WHERE nba.id = unlocked.id
      RETURNING nba.id),
    created AS (
      INSERT INTO next_best_actions (${CREATED.names()})
      SELECT ${CREATED.fields('c', {
        origin: `'rule'`,
        entityType: '$1',
        entityId: '$2',
        createdAt: '$4::timestamptz',
        updatedAt: '$4::timestamptz',
      })}
      FROM candidate AS c
      WHERE NOT ${QUEUED}
        AND NOT EXISTS (SELECT FROM snoozed WHERE snoozed.dedupe_key = c."dedupeKey")
      ON CONFLICT (entity_type, entity_id, dedupe_key)
        WHERE status = 'queued' AND dedupe_key IS NOT NULL DO NOTHING
      RETURNING id)
    INSERT INTO next_action_runs (${RUN.names()})
    SELECT ${RUN.expressions({
      id: '$6::uuid',
      runKey: '$7',
      entityType: '$1',
      entityId: '$2',
      actorId: '$8::uuid',
      created: '(SELECT count(*) FROM created) + (SELECT count(*) FROM returned)',
      updated: '(SELECT count(*) FROM updated)',
      expired: '(SELECT count(*) FROM expired)',
      suppressed: 'jsonb_array_length($3::jsonb) - (SELECT count(*) FROM candidate)',
      ranAt: '$4::timestamptz',
    })}
    RETURNING created, updated, expired, suppressed`,
};
