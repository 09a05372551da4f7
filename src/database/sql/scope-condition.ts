import { type ScopeFilter } from '../../kernel/scope.js';

/**
 * The condition for rows of the scopes that a filter matches; undefined if it matches all. `bind` binds a
 * value and returns its parameter; `alias` is the table's.
 */
export function scopeCondition(
  { patterns }: ScopeFilter,
  bind: (value: string) => string,
  alias?: string,
): string | undefined {
  const prefix = alias === undefined ? '' : `${alias}.`;
  const parts = patterns.map(({ entityType, entityId }) => {
    const equal = [];
    if (entityType !== undefined) equal.push(`${prefix}entity_type = ${bind(entityType)}`);
    if (entityId !== undefined) equal.push(`${prefix}entity_id = ${bind(entityId)}`);
    return equal.join(' AND ');
  });
  if (parts.length === 0) return 'FALSE';
  if (parts.includes('')) return undefined;
  return parts.length === 1 ? parts[0] : `(${parts.map((part) => `(${part})`).join(' OR ')})`;
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
