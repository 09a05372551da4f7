import { type Query } from '../../database/connections/statement.js';
import { firstUuidV7Sql } from '../../database/sql/first-uuid-v7.js';
import { ListQuery } from '../../database/sql/list-query.js';
import { type GrantedScopes } from '../../kernel/grants.js';
import { suppressedIn } from '../suppressions/suppressions.sql.js';
import { PROPOSED_FROM, PROPOSED_WITHIN_DAYS } from './proposals.js';

/** Most dismissals that are read, the newest, and most rules in scopes that they are grouped to. */
const MAX_DISMISSALS = 10_000;
const MAX_RULES = 100;

const SINCE = `now() - interval '${PROPOSED_WITHIN_DAYS * 24} hours'`;
/** The first id of what was suggested since then. */
const FIRST_ID = firstUuidV7Sql(`(${SINCE})`);

/**
 * The rules in some scopes of which operators dismissed several NBAs lately, with how many were suggested.
 * The dismissals are read by an index on their time, or that of the scope; what was suggested is counted by
 * an index to one over twice the dismissals, where it decides nothing any more.
 */
export function dismissedRulesQuery(scopes: GrantedScopes): Query {
  const list = ListQuery.within('next_best_actions', scopes).when(
    'dismissed_lately',
    `status = 'dismissed' AND origin = 'rule' AND dismissed_at > ${SINCE}`,
  );
  return list.statement(
    'rules_of',
    (where) => `
    WITH rule AS (
      SELECT entity_type, entity_id, created_by_rule, count(*)::int AS dismissed,
        count(*) FILTER (WHERE id < ${FIRST_ID})::int AS older
      FROM (
        SELECT id, entity_type, entity_id, created_by_rule FROM next_best_actions${where()}
        ORDER BY dismissed_at DESC LIMIT ${MAX_DISMISSALS}) AS recent
      GROUP BY entity_type, entity_id, created_by_rule
      HAVING count(*) >= ${PROPOSED_FROM}
      ORDER BY count(*) DESC, entity_type, entity_id, created_by_rule LIMIT ${MAX_RULES})
    SELECT created_by_rule AS "ruleKey", entity_type AS "entityType", entity_id AS "entityId",
      dismissed, older + created.count AS suggested,
      EXISTS (
        SELECT FROM (${suppressedIn('rule.entity_type', 'rule.entity_id', 'now()')}) AS suppressed
        WHERE suppressed.rule_key = rule.created_by_rule
          OR suppressed.dedupe_key
            = 'nba:' || rule.created_by_rule || ':' || rule.entity_type || ':' || rule.entity_id
      ) AS "isSuppressed"
    FROM rule CROSS JOIN LATERAL (
      SELECT count(*)::int AS count FROM (
        SELECT FROM next_best_actions AS nba
        WHERE nba.entity_type = rule.entity_type AND nba.entity_id = rule.entity_id
          AND nba.created_by_rule = rule.created_by_rule AND nba.origin = 'rule'
          AND nba.id >= ${FIRST_ID}
        LIMIT 2 * rule.dismissed + 1) AS counted) AS created
    ORDER BY dismissed DESC, entity_type, entity_id, created_by_rule`,
  );
}
