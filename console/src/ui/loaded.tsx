import { type UseQueryResult } from '@tanstack/react-query';
import { type JSX, type ReactNode } from 'react';
import { Problem } from './problem.js';

interface Props<T> {
  readonly query: UseQueryResult<T>;
  readonly children: (data: T) => ReactNode;
}

/** What a query read, once it is there; what is shown stays while it is read again. */
export function Loaded<T>({ query, children }: Props<T>): JSX.Element {
  const { data, error, refetch } = query;
  if (data !== undefined) return <>{children(data)}</>;
  if (error) return <Problem error={error} retry={() => void refetch()} />;
  return <p className="centred sub">Loading…</p>;
}
