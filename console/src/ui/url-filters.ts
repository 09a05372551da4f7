import { useCallback, useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { type FilterRules, type FilterValues, searchOf, valuesOf } from './filter-values.js';

/** The filters of a page in its address; a change replaces the address, and keeps the other filters. */
export function useUrlFilters<N extends string>(
  rules: FilterRules<N>,
): [FilterValues<N>, (change: Partial<FilterValues<N>>) => void] {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const values = useMemo(() => valuesOf(search, rules), [search, rules]);
  const change = useCallback(
    (changed: Partial<FilterValues<N>>) =>
      navigate(`${path}${searchOf({ ...values, ...changed })}`, { replace: true }),
    [navigate, path, values],
  );
  return [values, change];
}
