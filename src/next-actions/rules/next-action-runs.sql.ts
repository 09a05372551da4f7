import { columnsOf, type RowOf } from '../../database/sql/columns.js';
import { PRIORITIES, type Priority } from '../../kernel/priority.js';
import { type Statement } from '../../database/transactions/transaction.js';
import { NextBestAction } from '../model/next-best-action.entity.js';
import { suppressedIn } from '../suppressions/suppressions.sql.js';
import { type HeldRanking } from './held-priority.js';
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
export type CandidateRecord = RowOf<typeof CANDIDATE> & {
  /** Its ranking under each priority that an operator may hold. */
  readonly held: Readonly<Record<Priority, HeldRanking>>;
};

/** An action whose snooze the run ended. */
export interface WokenRow {
  readonly id: string;
  readonly ruleKey: string | null;
  readonly priorityBefore: Priority;
  readonly priority: Priority;
  readonly scoreBefore: number;
  readonly score: number;
}

/** The columns that a run overwrites in a queued action: a snooze and the last press are kept. */
const CONTENT = CANDIDATE.without('id', 'createdByRule', 'dedupeKey');
const wanted = CONTENT.fields('wanted');

const CONTENT_OF_CANDIDATE = Object.fromEntries(
  CONTENT.properties.map((property) => [property, `c."${property}"`]),
);

/** Of a candidate `c` for the action `own`: the priority that an operator holds, and what follows from it. */
const RANKED = CONTENT.select('c', {
  ...CONTENT_OF_CANDIDATE,
  priority: 'CASE WHEN own.priority_held THEN own.priority ELSE c.priority END',
  score: `CASE WHEN own.priority_held THEN (c.held -> own.priority ->> 'score')::int ELSE c.score END`,
  explanation: `CASE WHEN own.priority_held
      THEN c.explanation || jsonb_build_object('factors', c.held -> own.priority -> 'factors')
      ELSE c.explanation END`,
});

/** What a run reads of an action of its own, but for its key. */
const SNOOZE = columnsOf(NextBestAction).only(
  'snoozedUntil',
  'snoozeUntilWorse',
  'snoozedPriority',
  'snoozedScore',
);

/** By how many points a score must rise to end a snooze that lasts until it gets worse. */
const WORSE_SCORE = 10;
const rank = (priority: string): string =>
  `array_position(ARRAY['${PRIORITIES.join("', '")}'], ${priority})`;

/** Whether the row `due` has got worse than when it was snoozed. */
const WORSE = `due.snooze_until_worse AND due.snoozed_until > $4::timestamptz
        AND (${rank('due.priority')} > ${rank('due.snoozed_priority')}
          OR due.score >= due.snoozed_score + ${WORSE_SCORE})`;

/** The actions whose snooze ended, as JSON. */
const WOKEN = `
      SELECT COALESCE(jsonb_agg(jsonb_build_object(
        'id', wanted.id, 'ruleKey', wanted."createdByRule",
        'priorityBefore', wanted.snoozed_priority, 'priority', wanted.priority,
        'scoreBefore', wanted.snoozed_score, 'score', wanted.score)), '[]')
      FROM wanted
      WHERE wanted.woken AND wanted.id IN (SELECT id FROM updated UNION ALL SELECT id FROM returned)`;

/** The snooze of `nba`, or none where the run ends it. */
const SNOOZE_LEFT = `CASE WHEN wanted.woken THEN NULL ELSE nba.snoozed_until END,
        nba.snooze_until_worse AND NOT wanted.woken,
        CASE WHEN wanted.woken THEN NULL ELSE nba.snoozed_priority END,
        CASE WHEN wanted.woken THEN NULL ELSE nba.snoozed_score END`;

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
      SELECT * FROM jsonb_to_recordset($3::jsonb) AS c(${CANDIDATE.recordset()}, held jsonb)
      WHERE NOT EXISTS (
          SELECT FROM suppressed WHERE suppressed.rule_key = c."createdByRule"
            OR suppressed.dedupe_key = c."dedupeKey")
        AND NOT EXISTS (
          SELECT FROM closed WHERE closed.rule_key = c."createdByRule"
            AND (c."priority" <> 'critical' OR closed.closed_at
              > $4::timestamptz - interval '${CRITICAL_COOL_DOWN_HOURS} hours'))),
    mine AS MATERIALIZED (
      SELECT id, dedupe_key, priority, priority_held, ${SNOOZE.names()} FROM next_best_actions
      WHERE entity_type = $1 AND entity_id = $2 AND status = 'queued' AND origin = 'rule'
      FOR NO KEY UPDATE SKIP LOCKED),
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
      SELECT id, dedupe_key, priority, false AS priority_held, ${SNOOZE.names()}
      FROM next_best_actions
      WHERE id IN (SELECT id FROM snoozed) AND status = 'expired'
      FOR NO KEY UPDATE SKIP LOCKED),
    due AS (
      SELECT own.id, own.priority_held, c."createdByRule", ${RANKED}, ${SNOOZE.names('own')}
      FROM (SELECT * FROM mine UNION ALL SELECT * FROM unlocked) AS own
        JOIN candidate AS c ON c."dedupeKey" = own.dedupe_key),
    wanted AS MATERIALIZED (SELECT due.*, COALESCE(${WORSE}, false) AS woken FROM due),
    updated AS (
      UPDATE next_best_actions AS nba
      SET (${CONTENT.names()}, ${SNOOZE.names()}, updated_at) =
        ROW (${wanted}, ${SNOOZE_LEFT}, $4::timestamptz)
      FROM wanted
      WHERE nba.id = wanted.id AND nba.id IN (SELECT id FROM mine)
        AND (wanted.woken OR (${CONTENT.names('nba')}) IS DISTINCT FROM (${wanted}))
      RETURNING nba.id),
    returned AS (
      UPDATE next_best_actions AS nba
      SET (status, priority_held, ${CONTENT.names()}, ${SNOOZE.names()}, updated_at) =
        ROW ('queued', false, ${wanted}, ${SNOOZE_LEFT}, $4::timestamptz)
      FROM wanted
      WHERE nba.id = wanted.id AND nba.id IN (SELECT id FROM unlocked)
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
    RETURNING created, updated, expired, suppressed, (${WOKEN}) AS woken`,
};
