import { type QueryKey, useMutation, type UseMutationResult } from '@tanstack/react-query';
import { ApiProblem } from '../api/client.js';
import { notify, notifyProblem } from './notices.js';
import { queryClient } from '../api/queries.js';

interface Options<V, R> {
  /** What is said when it is done; nothing where the page shows it. */
  readonly done?: (result: R, value: V) => string;
  /** How it is taken back with one click; undefined where it can't be. */
  readonly undo?: (result: R, value: V) => (() => void) | undefined;
  /** The keys of what it changes, which is read anew. */
  readonly renews: readonly QueryKey[];
  readonly onDone?: (result: R, value: V) => void;
  /** True where a form shows the problem itself. */
  readonly showsProblem?: boolean;
}

/** A change over the API. It is sent once: whoever asked decides about another attempt. */
export function useChange<V, R>(
  change: (value: V) => Promise<R>,
  { done, undo, renews, onDone, showsProblem = false }: Options<V, R>,
): UseMutationResult<R, Error, V> {
  const renew = (): void => {
    for (const queryKey of renews) void queryClient.invalidateQueries({ queryKey });
  };
  return useMutation({
    mutationFn: change,
    onSuccess: (result, value) => {
      renew();
      if (done) notify(done(result, value), undo?.(result, value));
      onDone?.(result, value);
    },
    onError: (error) => {
      // Without an answer, it may have been done.
      if (!(error instanceof ApiProblem)) renew();
      if (!showsProblem) notifyProblem(error);
    },
  });
}
