import { type Query } from '../database/connections/statement.js';
import { type PageStart } from '../database/sql/list-query.js';
import { COUNT_LIMIT } from '../http/paging/pagination.js';
import { type Scope } from '../kernel/scope.js';

/** The tables whose rows make a scope; each has an index that begins with the scope. */
const TABLES = ['next_best_actions', 'risk_flags', 'work_items'] as const;

/** A scope with its counts. */
export interface ScopeRow extends Scope {
  /** Counted up to COUNT_LIMIT. */
  readonly queued: number;
  readonly openFlags: number;
}

/** The position of a scope in the list: in the order of type and id. */
export function positionOf({ entityType, entityId }: Scope): [string, string] {
  return [entityType, entityId];
}

/** The first scope after a position, of those of any table; null after the last one. */
function nextScope(entityType: string, entityId: string): string {
  const next = TABLES.map(
    (table) => `
          (SELECT entity_type, entity_id FROM ${table}
           WHERE (entity_type, entity_id) > (${entityType}, ${entityId})
           ORDER BY entity_type, entity_id LIMIT 1)`,
  );
  return `
        SELECT entity_type, entity_id FROM (${next.join('\n          UNION ALL')}) AS next
        ORDER BY entity_type, entity_id LIMIT 1`;
}

/**
 * A page of the scopes, with what waits in each: a look-up of the index for each scope and table, however
 * many rows a scope has. What is snoozed is left out, as in the lists. Empty texts come before every scope.
 */
export function scopesQuery({ after = ['', ''], limit }: PageStart): Query {
  return {
    statement: {
      name: 'list_scopes',
      text: `
    WITH RECURSIVE found AS (
      SELECT entity_type, entity_id, 1 AS number
      FROM (${nextScope('$1::text', '$2::text')}) AS first
      UNION ALL
      SELECT following.entity_type, following.entity_id, found.number + 1
      FROM found CROSS JOIN LATERAL (${nextScope('found.entity_type', 'found.entity_id')}) AS following
      WHERE found.number < $3)
    SELECT entity_type AS "entityType", entity_id AS "entityId",
      (SELECT count(*)::int FROM (
        SELECT FROM next_best_actions AS nba
        WHERE nba.entity_type = found.entity_type AND nba.entity_id = found.entity_id
          AND nba.status = 'queued' AND (nba.snoozed_until IS NULL OR nba.snoozed_until <= now())
        LIMIT ${COUNT_LIMIT}) AS counted) AS queued,
      (SELECT count(*)::int FROM risk_flags AS flag
       WHERE flag.entity_type = found.entity_type AND flag.entity_id = found.entity_id
         AND flag.status = 'open' AND (flag.snoozed_until IS NULL OR flag.snoozed_until <= now()))
        AS "openFlags"
    FROM found
    ORDER BY number`,
    },
    values: [...after, limit],
  };
}
