import { type Scope } from '../../common/scope.js';
import { type Statement } from '../../database/transaction.js';
import {
  LATEST_SCORE_SQL,
  latestScoreOf,
  type LatestScoreRow,
} from '../../scoring/latest-score.sql.js';
import { factsOf, type FactsRow, factsSql, WINDOWS } from '../../work-items/work-item-facts.sql.js';
import {
  NEXT_ACTION_CONDITIONS,
  type NextActionCondition,
  type NextActionContext,
} from './next-action-context.js';

/** For how long a rule stays silent in a scope after its action was done. */
export const DONE_COOL_DOWN_HOURS = 24;
/** The same after it was dismissed. */
export const DISMISSED_COOL_DOWN_DAYS = 7;

/**
 * Everything that the next-action rules may know of a scope, in one snapshot of the database, and the
 * rules that must be silent in it: suppressed by an operator, or cooling down because an action of
 * theirs was closed not long ago. Each fact is read from the index of open items alone.
 */
export const FETCH_NEXT_ACTION_CONTEXT: Statement = {
  name: 'fetch_next_action_context',
  text: `
    SELECT
      ${NEXT_ACTION_CONDITIONS.map((key) => `${factsSql(key)} AS "${key}"`).join(',\n      ')},
      ${LATEST_SCORE_SQL} AS "latestScore",
      ARRAY(
        SELECT rule_key FROM next_action_suppressions
        WHERE entity_type = $1 AND entity_id = $2 AND suppressed_until > $3::timestamptz
        UNION
        SELECT created_by_rule FROM next_best_actions
        WHERE entity_type = $1 AND entity_id = $2 AND origin = 'rule' AND status = 'done'
          AND completed_at > $3::timestamptz - interval '${DONE_COOL_DOWN_HOURS} hours'
        UNION
        SELECT created_by_rule FROM next_best_actions
        WHERE entity_type = $1 AND entity_id = $2 AND origin = 'rule' AND status = 'dismissed'
          AND dismissed_at > $3::timestamptz - interval '${DISMISSED_COOL_DOWN_DAYS * 24} hours'
      ) AS "silentRules"
    FROM ${WINDOWS}`,
};

/** A row of {@link FETCH_NEXT_ACTION_CONTEXT}. */
export type NextActionContextRow = Readonly<Record<NextActionCondition, FactsRow>> & {
  readonly latestScore: LatestScoreRow | null;
  readonly silentRules: readonly string[];
};

/** The context that the rules read. */
export function nextActionContextOf(
  scope: Scope,
  now: Date,
  row: NextActionContextRow,
): NextActionContext {
  const items = Object.fromEntries(NEXT_ACTION_CONDITIONS.map((key) => [key, factsOf(row[key])]));
  return {
    scope,
    now,
    latestScore: latestScoreOf(row.latestScore),
    items: items as NextActionContext['items'],
  };
}
