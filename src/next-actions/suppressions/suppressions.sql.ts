import { columnsOf } from '../../database/sql/columns.js';
import { Keyset } from '../../database/sql/keyset.js';
import { ListQuery, type PageStart } from '../../database/sql/list-query.js';
import { isGranted } from '../../database/sql/scope-condition.js';
import { type Query, type Statement } from '../../database/connections/statement.js';
import { type GrantedScopes } from '../../kernel/grants.js';
import { ACTOR_NAME, joinActor } from '../../users/model/actor-names.sql.js';
import { NextActionSuppressionRow } from './next-action-suppression.entity.js';

const COLUMNS = columnsOf(NextActionSuppressionRow);
const TABLE = 'next_action_suppressions';

/** A suppression as the API shows it, without the name of who set it. */
export type StoredSuppression = Readonly<
  Omit<NextActionSuppressionRow, 'updatedAt' | 'suppressedUntil' | 'actorId'>
> & {
  readonly until: Date | null;
  readonly createdBy: string | null;
};
/** The same with the name. */
export type Suppression = StoredSuppression & { readonly createdByName: string | null };

const SHOWN = COLUMNS.without('updatedAt', 'suppressedUntil', 'actorId');

function shown(alias: string): string {
  return `${SHOWN.select(alias)}, ${alias}.suppressed_until AS "until", ${alias}.actor_id AS "createdBy"`;
}

const NAMED = `${shown('found')}, ${ACTOR_NAME} AS "createdByName"`;
const NAMED_FROM = `${TABLE} AS found${joinActor('found.actor_id')}`;

/** Whether a suppression holds at a time, which is an expression of SQL. */
export function holdsAt(time: string): string {
  return `ended_at IS NULL AND (suppressed_until IS NULL OR suppressed_until > ${time})`;
}

/**
 * SELECT of what is suppressed at `time` in one scope: by a suppression of the scope, of its type, or of all
 * scopes. Each of the three is a look-up of the index.
 */
export function suppressedIn(entityType: string, entityId: string, time: string): string {
  return [
    `entity_type = ${entityType} AND entity_id = ${entityId}`,
    `entity_type = ${entityType} AND entity_id IS NULL`,
    'entity_type IS NULL',
  ]
    .map(
      (scope) => `
        SELECT rule_key, dedupe_key FROM ${TABLE} WHERE ${scope} AND ${holdsAt(time)}`,
    )
    .join(' UNION ALL');
}

/** The scope and the key of a suppression: the columns of its unique index. */
const KEY = ['entity_type', 'entity_id', 'rule_key', 'dedupe_key']
  .map((column) => `COALESCE(${column}, '')`)
  .join(', ');
const GIVEN_KEY = ['$1', '$2', '$3', '$4']
  .map((value) => `COALESCE(${value}::text, '')`)
  .join(', ');

/** The one that holds for a scope and a key, locked. */
export const FIND_HOLDING: Statement = {
  name: 'find_holding_suppression',
  text: `
    SELECT ${shown('found')} FROM ${TABLE} AS found
    WHERE (${KEY}) = (${GIVEN_KEY}) AND ${holdsAt('now()')} FOR UPDATE`,
};

const INSERTED = COLUMNS.only(
  'entityType',
  'entityId',
  'ruleKey',
  'dedupeKey',
  'id',
  'suppressedUntil',
  'reason',
  'actorId',
);

/** Whether what is known by the key is over: it makes place for the new one. */
const OVER = '(known.suppressed_until <= now())';

/**
 * Suppresses a rule or a dedupe key in a scope; no row where one that holds as long is there already. One
 * that is shorter is prolonged and keeps its id.
 */
export const SUPPRESS: Statement = {
  name: 'suppress_next_actions',
  text: `
    INSERT INTO ${TABLE} AS known (${INSERTED.names()}) VALUES (${INSERTED.parameters()})
    ON CONFLICT (${KEY}) WHERE ended_at IS NULL DO UPDATE SET
      id = CASE WHEN ${OVER} THEN excluded.id ELSE known.id END,
      created_at = CASE WHEN ${OVER} THEN now() ELSE known.created_at END,
      suppressed_until = excluded.suppressed_until, reason = excluded.reason,
      actor_id = excluded.actor_id, updated_at = now()
    WHERE known.suppressed_until IS NOT NULL
      AND (excluded.suppressed_until IS NULL OR excluded.suppressed_until > known.suppressed_until)
    RETURNING ${shown('known')}`,
};

/** One by its id, if it lies in the scopes of $2, locked. */
export const LOCK: Statement = {
  name: 'lock_suppression',
  text: `
    SELECT ${shown('found')}, NOT (${holdsAt('now()')}) AS "isOver" FROM ${TABLE} AS found
    WHERE id = $1 AND ${isGranted('$2')} FOR UPDATE`,
};

/** Changes the end and the reason. */
export const CHANGE: Statement = {
  name: 'change_suppression',
  text: `
    UPDATE ${TABLE} AS changed SET suppressed_until = $2, reason = $3, updated_at = now()
    WHERE id = $1 RETURNING ${shown('changed')}`,
};

/** Ends one: it stays on record until the retention deletes it. */
export const LIFT: Statement = {
  name: 'lift_suppression',
  text: `
    UPDATE ${TABLE} AS lifted
    SET suppressed_until = now(), ended_at = now(), ended_by = $2, updated_at = now()
    WHERE id = $1 RETURNING ${shown('lifted')}`,
};

/** One by its id, with the name of who set it, if it lies in the scopes of $2. */
export const FIND: Statement = {
  name: 'find_suppression',
  text: `
    SELECT ${NAMED} FROM ${NAMED_FROM}
    WHERE found.id = $1 AND ${isGranted('$2', 'found')}`,
};

/** The newest first. */
export const NEWEST = Keyset.by(COLUMNS.only('id'), 'found');

/** Filters of a list. All filters combine. */
export interface SuppressionFilter {
  readonly scopes: GrantedScopes;
  readonly ruleKey?: string | undefined;
  readonly active?: boolean | undefined;
}

/** A page of the suppressions whose scopes lie in those. */
export function suppressionsQuery(
  { scopes, ruleKey, active }: SuppressionFilter,
  start: PageStart,
): Query {
  const list = ListQuery.within('suppressions', scopes, { alias: 'found' }).where(
    'rule',
    ruleKey,
    (parameter) => `found.rule_key = ${parameter}`,
  );
  if (active === true) list.when('active', `(${holdsAt('now()')})`);
  if (active === false) list.when('ended', `NOT (${holdsAt('now()')})`);
  return list.page({ select: NAMED, from: NAMED_FROM, keyset: NEWEST }, start);
}
