/**
 * Whether a row is found by a search: its `search_text`, as the application folds it, is like the pattern in
 * a parameter. A row that is not folded yet is found by its columns, as well as the database can.
 */
export function searchCondition(
  pattern: string,
  columns: readonly string[],
  alias?: string,
): string {
  const of = (column: string): string => (alias === undefined ? column : `${alias}.${column}`);
  const folded = of('search_text');
  const unfolded = columns.map((column) => `${of(column)} ILIKE ${pattern}`).join(' OR ');
  return `(${folded} LIKE ${pattern} OR (${folded} IS NULL AND (${unfolded})))`;
}
