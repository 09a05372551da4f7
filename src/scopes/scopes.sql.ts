import { type Query } from '../database/connections/statement.js';
import { type PageStart } from '../database/sql/list-query.js';
import { COUNT_LIMIT } from '../http/paging/pagination.js';
import { type GrantedScopes } from '../kernel/grants.js';
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

/** The counts of the scope in `found`. What is snoozed is left out, as in the lists. */
const COUNTS = `
      (SELECT count(*)::int FROM (
        SELECT FROM next_best_actions AS nba
        WHERE nba.entity_type = found.entity_type AND nba.entity_id = found.entity_id
          AND nba.status = 'queued' AND (nba.snoozed_until IS NULL OR nba.snoozed_until <= now())
        LIMIT ${COUNT_LIMIT}) AS counted) AS queued,
      (SELECT count(*)::int FROM risk_flags AS flag
       WHERE flag.entity_type = found.entity_type AND flag.entity_id = found.entity_id
         AND flag.status = 'open' AND (flag.snoozed_until IS NULL OR flag.snoozed_until <= now()))
        AS "openFlags"`;

/** The first row in any table of those that meet a condition, by type and id; null after the last one. */
function next(condition: string): string {
  const firsts = TABLES.map(
    (table) => `
          (SELECT entity_type, entity_id FROM ${table} WHERE ${condition}
           ORDER BY entity_type, entity_id LIMIT 1)`,
  );
  return `
        SELECT entity_type, entity_id FROM (${firsts.join('\n          UNION ALL')}) AS next
        ORDER BY entity_type, entity_id LIMIT 1`;
}

/** Scopes one after the other, each by a look-up of the index, up to the limit $3. */
function walk(first: string, following: string): string {
  return `
    WITH RECURSIVE found AS (
      SELECT entity_type, entity_id, 1 AS number FROM (${next(first)}) AS first
      UNION ALL
      SELECT following.entity_type, following.entity_id, found.number + 1
      FROM found CROSS JOIN LATERAL (${next(following)}) AS following
      WHERE found.number < $3)
    SELECT entity_type, entity_id FROM found`;
}

const EVERY_SCOPE = walk(
  '(entity_type, entity_id) > ($1::text, $2::text)',
  '(entity_type, entity_id) > (found.entity_type, found.entity_id)',
);

/** The scopes of each granted type in $4, and those that are granted by type ($5) and id ($6). */
const GRANTED_SCOPES = `
    SELECT scope.entity_type, scope.entity_id
    FROM unnest($4::text[]) AS granted (type)
    CROSS JOIN LATERAL (${walk(
      `entity_type = granted.type
             AND entity_id > CASE WHEN granted.type = $1::text THEN $2::text ELSE '' END`,
      'entity_type = granted.type AND entity_id > found.entity_id',
    )}) AS scope
    WHERE granted.type >= $1::text
    UNION ALL
    SELECT scope.entity_type, scope.entity_id
    FROM unnest($5::text[], $6::text[]) AS scope (entity_type, entity_id)
    WHERE (scope.entity_type, scope.entity_id) > ($1::text, $2::text)
      AND (${TABLES.map(
        (table) => `EXISTS (SELECT FROM ${table} AS row
        WHERE row.entity_type = scope.entity_type AND row.entity_id = scope.entity_id)`,
      ).join('\n        OR ')})`;

/**
 * A page of the scopes that a caller may see, with what waits in each: a look-up of the index for each scope
 * and table, however many rows a scope has, and however many others there are. Empty texts come before every
 * scope.
 */
export function scopesQuery(
  { kind, patterns }: GrantedScopes,
  { after = ['', ''], limit }: PageStart,
): Query {
  const all = kind === 'all';
  const whole = patterns.filter(({ entityId }) => entityId === undefined);
  const single = patterns.filter(({ entityId }) => entityId !== undefined);
  const granted = [
    whole.map(({ entityType }) => entityType),
    single.map(({ entityType }) => entityType),
    single.map(({ entityId }) => entityId),
  ];
  return {
    statement: {
      name: all ? 'list_scopes' : 'list_granted_scopes',
      text: `
    SELECT entity_type AS "entityType", entity_id AS "entityId", ${COUNTS}
    FROM (
      SELECT * FROM (${all ? EVERY_SCOPE : GRANTED_SCOPES}) AS scopes
      ORDER BY entity_type, entity_id LIMIT $3) AS found
    ORDER BY entity_type, entity_id`,
    },
    values: [...after, limit, ...(all ? [] : granted)],
  };
}
