import { type Query } from '../../database/connections/statement.js';
import { ListQuery } from '../../database/sql/list-query.js';
import { type GrantedScopes } from '../../kernel/grants.js';
import { firstUuidV7 } from '../../kernel/uuid.js';
import { stands } from '../model/standing-press.sql.js';
import { OUTCOME_SQL } from './outcome.sql.js';

/** The suggestions of the rules since a time, by the index of what they suggested. */
function suggestions(
  name: string,
  scopes: GrantedScopes,
  { since, ruleKey }: { readonly since: Date; readonly ruleKey: string | undefined },
): ListQuery {
  // Ids are ordered in time, and begin with the time of the suggestion.
  return ListQuery.within(name, scopes, {
    alias: 'nba',
    conditions: [`nba.origin = 'rule'`, 'nba.id >= $1::uuid'],
    values: [firstUuidV7(since)],
  }).where('rule', ruleKey, (parameter) => `nba.created_by_rule = ${parameter}`);
}

const MEDIAN = `percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS "medianMsToPress"`;
const MS_TO_PRESS = `extract(epoch FROM min(execution.started_at) FILTER (WHERE execution.status = 'success')
          - nba.created_at) * 1000`;
/** The presses of `nba` that stand, without the undos: none is older than what it was pressed on. */
const PRESSES = `next_action_executions AS execution
        ON execution.next_action_id = nba.id AND execution.id >= $1::uuid
          AND ${stands('execution')}`;

/** What became of the suggestions of each rule. */
export function rulesQuery(
  scopes: GrantedScopes,
  filter: { readonly since: Date; readonly ruleKey: string | undefined },
): Query {
  return suggestions('effectiveness_rules', scopes, filter).statement(
    'sum',
    (where) => `
    SELECT rule AS "ruleKey", count(*)::int AS suggested,
      count(*) FILTER (WHERE ms IS NOT NULL)::int AS pressed,
      count(*) FILTER (WHERE status = 'done')::int AS done,
      count(*) FILTER (WHERE status = 'dismissed')::int AS dismissed,
      count(*) FILTER (WHERE outcome = 'resolved')::int AS resolved,
      count(*) FILTER (WHERE outcome = 'returned')::int AS returned,
      count(*) FILTER (WHERE outcome = 'ignored')::int AS ignored,
      ${MEDIAN}
    FROM (
      SELECT nba.created_by_rule AS rule, nba.status, ${OUTCOME_SQL} AS outcome, ${MS_TO_PRESS} AS ms
      FROM next_best_actions AS nba LEFT JOIN ${PRESSES}${where()}
      GROUP BY nba.id) AS suggestion
    GROUP BY rule ORDER BY rule`,
  );
}

/** The presses on the suggestions of each rule, by action. */
export function actionsQuery(
  scopes: GrantedScopes,
  filter: { readonly since: Date; readonly ruleKey: string | undefined },
): Query {
  return suggestions('effectiveness_actions', scopes, filter).statement(
    'sum',
    (where) => `
    SELECT rule AS "ruleKey", action_key AS "actionKey",
      sum(pressed)::int AS pressed, sum(failed)::int AS failed, ${MEDIAN}
    FROM (
      SELECT nba.created_by_rule AS rule, execution.action_key, ${MS_TO_PRESS} AS ms,
        count(*) FILTER (WHERE execution.status = 'success') AS pressed,
        count(*) FILTER (WHERE execution.status = 'failed') AS failed
      FROM next_best_actions AS nba JOIN ${PRESSES}${where()}
      GROUP BY nba.id, execution.action_key) AS press
    GROUP BY rule, action_key ORDER BY rule, pressed DESC, action_key`,
  );
}
