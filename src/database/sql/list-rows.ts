/**
 * Reads a list in parts and merges them: an index that begins with a column in the condition gives each
 * part in the order of the list, but not all of them.
 */
export interface ListParts {
  /** Name of the parts in the names of statements. */
  readonly name: string;
  /** SELECT of the values that tell the parts apart, as rows of one column `part`. */
  readonly source: string;
  /** Whether a row is in a part: `entity_type = parts.part`. */
  readonly condition: string;
}

/** The rows of a list. */
export interface ListRows {
  readonly from: string;
  /** Where a list is read in parts. */
  readonly parts?: ListParts | undefined;
  /**
   * Conditions without values; each row meets one of them. Each is read by an index of its own, to the end
   * of the page, and merged. A partial index serves the condition that is its predicate.
   */
  readonly branches?: readonly string[] | undefined;
}

/** Whether the rows are merged from several parts or branches. */
export function isMerged({ parts, branches = [] }: ListRows): boolean {
  return parts !== undefined || branches.length > 1;
}

/**
 * What follows FROM, with the conditions. Each part and branch selects `select`, and ends with `most`: how
 * far it is read.
 */
export function rowsSql(
  rows: ListRows,
  conditions: readonly string[],
  select: string,
  most: string,
): string {
  const { from, parts, branches = [] } = rows;
  const [only] = branches;
  if (!isMerged(rows)) {
    return from + whereClause(only === undefined ? conditions : [...conditions, only]);
  }
  const shared = parts ? [...conditions, parts.condition] : conditions;
  const armOf = (own: readonly string[]): string => `
        SELECT ${select} FROM ${from}${whereClause([...shared, ...own])}${most}`;
  const arms = branches.map((branch) => `(${armOf([branch])})`);
  const merged = arms.length === 0 ? armOf([]) : arms.join(' UNION ALL ');
  const source = parts ? `(${parts.source}) AS parts CROSS JOIN LATERAL ` : '';
  return `${source}(${merged}) AS rows`;
}

/** The WHERE clause of conditions that all must hold; empty without any. */
export function whereClause(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
}

/** Makes the WHERE clause of some conditions and those that a statement adds to them. */
export type Where = (...added: readonly string[]) => string;

/** Of these conditions. */
export function whereOf(conditions: readonly string[]): Where {
  return (...added) => whereClause([...conditions, ...added]);
}
