import { type Scope } from '../../kernel/scope.js';
import { type Statement } from '../../database/transactions/transaction.js';
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

/**
 * Everything that the next-action rules may know of a scope, in one snapshot of the database. Each fact is
 * read from the index of open items only.
 */
export const FETCH_NEXT_ACTION_CONTEXT: Statement = {
  name: 'fetch_next_action_context',
  text: `
    SELECT
      ${NEXT_ACTION_CONDITIONS.map((key) => `${factsSql(key)} AS "${key}"`).join(',\n      ')},
      ${LATEST_SCORE_SQL} AS "latestScore"
    FROM ${WINDOWS}`,
};

/** A row of {@link FETCH_NEXT_ACTION_CONTEXT}. */
export type NextActionContextRow = Readonly<Record<NextActionCondition, FactsRow>> & {
  readonly latestScore: LatestScoreRow | null;
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
