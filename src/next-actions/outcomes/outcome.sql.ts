import { type Statement } from '../../database/transactions/transaction.js';

/** What became of the condition of a rule after its next best action was closed. */
export const OUTCOMES = ['resolved', 'returned', 'ignored'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** How long after it was closed the runs of the rules look at its condition, in days. */
export const OUTCOME_DAYS = 7;

const CLOSED_AT = `COALESCE(nba.completed_at, nba.dismissed_at)`;

/**
 * The outcome of `next_best_actions AS nba`: `resolved` once a run found the condition gone, `returned` once
 * a later one found it back, `ignored` where no run within 7 days found it gone; null while that is open, and
 * for what is not closed or was not suggested by a rule. Times from before it was closed last do not count.
 */
export const OUTCOME_SQL = `
  CASE
    WHEN nba.origin <> 'rule' OR nba.status NOT IN ('done', 'dismissed') THEN NULL
    WHEN nba.condition_back_at > ${CLOSED_AT} THEN 'returned'
    WHEN nba.condition_gone_at > ${CLOSED_AT} THEN 'resolved'
    WHEN ${CLOSED_AT} <= now() - interval '${OUTCOME_DAYS} days' THEN 'ignored'
  END`;

/** The closed actions of the rules in the scope $1, $2 since a time, by the index of each state. */
function closedSince(time: string, columns: string): string {
  const closed = (status: string, column: string): string => `
      SELECT ${columns}, ${column} AS closed_at FROM next_best_actions AS nba
      WHERE nba.entity_type = $1 AND nba.entity_id = $2 AND nba.origin = 'rule'
        AND nba.status = '${status}' AND nba.${column} > ${time}`;
  return `${closed('done', 'completed_at')}
      UNION ALL ${closed('dismissed', 'dismissed_at')}`;
}

/**
 * Notes for the actions that were closed in the scope $1, $2 within 7 days before $3 whether the condition of
 * their rule is gone, or back: it holds for the rules in $4. Locked rows are left to the next run.
 */
export const TRACK_OUTCOMES: Statement = {
  name: 'track_outcomes',
  text: `
    WITH closed AS (
      ${closedSince(
        `$3::timestamptz - interval '${OUTCOME_DAYS} days'`,
        `nba.id, nba.created_by_rule = ANY($4::text[]) AS holds,
        nba.condition_gone_at AS gone_at, nba.condition_back_at AS back_at`,
      )}),
    changed AS (
      SELECT id, holds FROM next_best_actions JOIN closed USING (id)
      WHERE CASE WHEN holds
        THEN gone_at > closed_at AND (back_at IS NULL OR back_at <= gone_at)
        ELSE gone_at IS NULL OR gone_at <= closed_at END
      FOR NO KEY UPDATE OF next_best_actions SKIP LOCKED)
    UPDATE next_best_actions AS nba SET
      condition_gone_at = CASE WHEN holds THEN nba.condition_gone_at ELSE $3::timestamptz END,
      condition_back_at = CASE WHEN holds THEN $3::timestamptz ELSE nba.condition_back_at END
    FROM changed WHERE nba.id = changed.id`,
};

/** How long a closed action counts in the track record of its rule, in days. */
export const TRACK_RECORD_DAYS = 90;
/** How many of them, the newest first. */
const TRACK_RECORD_ACTIONS = 500;

/** How the newest closed actions of each rule in the scope $1, $2 ended, before $3. */
export const FIND_TRACK_RECORDS: Statement = {
  name: 'find_track_records',
  text: `
    SELECT rule AS "ruleKey",
      count(*) FILTER (WHERE outcome = 'resolved' AND status = 'done')::int AS resolved,
      count(*) FILTER (WHERE outcome = 'returned' AND status = 'done')::int AS returned,
      count(*) FILTER (WHERE outcome = 'ignored' AND status = 'done')::int AS ignored,
      count(*) FILTER (WHERE status = 'dismissed')::int AS dismissed
    FROM (
      ${closedSince(
        `$3::timestamptz - interval '${TRACK_RECORD_DAYS} days'`,
        `nba.created_by_rule AS rule, nba.status, ${OUTCOME_SQL} AS outcome`,
      )}
      ORDER BY closed_at DESC LIMIT ${TRACK_RECORD_ACTIONS}) AS closed
    GROUP BY rule`,
};
