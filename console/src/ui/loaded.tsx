import { type UseQueryResult } from '@tanstack/react-query';
import { type JSX, type ReactNode } from 'react';
import { ApiProblem } from '../api/client.js';
import { Problem } from './problem.js';

interface Props<T> {
  readonly query: UseQueryResult<T>;
  readonly children: (data: T) => ReactNode;
}

/**
 * What a query read, once it is there. It stays while it is read again, below what went wrong with that; what is
 * gone by now, or may no longer be seen, does not stay.
 */
export function Loaded<T>({ query, children }: Props<T>): JSX.Element {
  const { data, error, refetch } = query;
  if (error && (data === undefined || isGone(error))) {
    return <Problem error={error} retry={() => void refetch()} />;
  }
  if (data === undefined) return <p className="centred sub">Loading…</p>;
  return (
    <>
      {error && <Problem error={error} retry={() => void refetch()} />}
      {children(data)}
    </>
  );
}

function isGone(error: Error): boolean {
  return error instanceof ApiProblem && [403, 404].includes(error.status);
}
