/** What a parameter of the address must be; one that is not, as in a link that was edited, counts as missing. */
export type FilterRules<N extends string> = Readonly<Record<N, RegExp>>;

/** The values by their names; an empty string is no filter. */
export type FilterValues<N extends string> = Readonly<Record<N, string>>;

/** Forms that several pages have in common. */
export const SCOPE = /^(?:\*|[a-z][a-z0-9_]{0,63}\/\S.*)$/;
export const PRIORITY = /^(?:critical|high|medium|low)$/;
export const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The values of a query string. */
export function valuesOf<N extends string>(search: string, rules: FilterRules<N>): FilterValues<N> {
  const query = new URLSearchParams(search);
  const entries = Object.entries<RegExp>(rules).map(([name, rule]) => {
    const value = query.get(name) ?? '';
    return [name, rule.test(value) ? value : ''];
  });
  return Object.fromEntries(entries) as FilterValues<N>;
}

/** The query string of values, with its `?`; empty for none. */
export function searchOf(values: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(
    Object.entries(values).filter(([, value]) => value !== ''),
  ).toString();
  return text === '' ? '' : `?${text}`;
}

/** The values that are set, as parameters of a request. */
export function given<N extends string>(values: FilterValues<N>): Partial<FilterValues<N>> {
  const set = Object.entries<string>(values).filter(([, value]) => value !== '');
  return Object.fromEntries(set) as Partial<FilterValues<N>>;
}

/** The type and id of a filter that names one scope; undefined for one that names several. */
export function oneScope(scope: string): { entityType: string; entityId: string } | undefined {
  const end = scope.indexOf('/');
  if (end < 1 || scope.endsWith('/*')) return undefined;
  return { entityType: scope.slice(0, end), entityId: scope.slice(end + 1) };
}
