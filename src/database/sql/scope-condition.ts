import { allOf, type GrantedScopes } from '../../kernel/grants.js';
import { type Actor } from '../../kernel/actor.js';

/**
 * The condition for rows of the scopes that a filter matches; undefined if it matches all. `bind` binds a
 * value and returns its parameter; `alias` is the table's. Its text depends on the kind of the filter alone,
 * so that a statement has one text per kind.
 */
export function scopeCondition(
  { kind, patterns }: GrantedScopes,
  bind: (value: unknown) => string,
  alias?: string,
): string | undefined {
  const prefix = alias === undefined ? '' : `${alias}.`;
  const type = `${prefix}entity_type`;
  const id = `${prefix}entity_id`;
  const [first] = patterns;
  switch (kind) {
    case 'none':
      return 'FALSE';
    case 'all':
      return undefined;
    case 'type':
      return `${type} = ${bind(first?.entityType)}`;
    case 'one':
      return `${type} = ${bind(first?.entityType)} AND ${id} = ${bind(first?.entityId)}`;
    case 'several': {
      const whole = patterns.filter(({ entityId }) => entityId === undefined);
      const single = patterns.filter(({ entityId }) => entityId !== undefined);
      const types = bind(whole.map(({ entityType }) => entityType));
      const ofTypes = bind(single.map(({ entityType }) => entityType));
      const ids = bind(single.map(({ entityId }) => entityId));
      return `(${type} = ANY(${types}::text[])
        OR (${type}, ${id}) IN (SELECT * FROM unnest(${ofTypes}::text[], ${ids}::text[])))`;
    }
  }
}

/**
 * Whether a row that is found by its key lies in the scopes of a parameter, which {@link grantOf} makes of
 * an actor: one statement for every actor. Lists use {@link scopeCondition}, for which there are indexes.
 */
export function isGranted(parameter: string, alias?: string): string {
  const prefix = alias === undefined ? '' : `${alias}.`;
  const grant = `${parameter}::text[]`;
  return `(${grant} IS NULL OR ${prefix}entity_type || '/' || ${prefix}entity_id = ANY(${grant})
      OR ${prefix}entity_type || '/*' = ANY(${grant}))`;
}

/**
 * The same for a table of which some rows have no scope: $2 of {@link isGranted}, and whether the actor sees
 * those rows (seesUnscoped).
 */
export function isVisible(parameter: string): string {
  return `(entity_type IS NOT NULL OR ${parameter}::boolean)`;
}

/** The scopes of an actor as the parameter of {@link isGranted}: null for all. */
export function grantOf(actor: Pick<Actor, 'scopes'>): string[] | null {
  const granted = allOf(actor);
  return granted.kind === 'all' ? null : granted.texts;
}

/** Whether a grant lies in the scopes of a parameter: `account/acme` in `account/*`. */
function grantWithin(grant: string, parameter: string): string {
  return `(${grant} = ANY(${parameter}) OR split_part(${grant}, '/', 1) || '/*' = ANY(${parameter}))`;
}

/**
 * Whether scopes, rows of one column `scope`, all lie in those of the parameter, which {@link grantOf} makes,
 * and there are any: a user, a service token or a webhook whose scopes go beyond one's own, or who has none,
 * is seen by administrators of all scopes alone.
 */
export function allWithin(scopes: string, parameter: string): string {
  return `(${parameter}::text[] IS NULL OR COALESCE(
      (SELECT bool_and(${grantWithin('each.scope', `${parameter}::text[]`)}) FROM (${scopes}) AS each),
      false))`;
}

/**
 * The distinct types of the scopes in a table, as rows of one column `part`: one look-up of the index for
 * each type, however many rows there are. The index must begin with the type.
 */
export function entityTypesOf(table: string): string {
  return `
      WITH RECURSIVE types(part) AS (
        (SELECT entity_type FROM ${table} ORDER BY entity_type LIMIT 1)
        UNION ALL
        SELECT (SELECT entity_type FROM ${table} WHERE entity_type > types.part
                ORDER BY entity_type LIMIT 1)
        FROM types WHERE types.part IS NOT NULL)
      SELECT part FROM types WHERE part IS NOT NULL`;
}
