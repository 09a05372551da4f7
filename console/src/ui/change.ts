import { type QueryKey, useMutation, type UseMutationResult } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { type Me } from '../api/client.js';
import { isLost } from '../api/is-lost.js';
import { keys, queryClient } from '../api/queries.js';
import { notify, notifyMissed, notifyProblem } from './notices.js';

interface Options<V, R> {
  /** What is said when it is done; nothing where the page shows it. */
  readonly done?: (result: R, value: V) => string;
  /** How it is taken back with one click; undefined where it can't be. */
  readonly undo?: (result: R, value: V) => (() => void) | undefined;
  /** The keys of what it changes, which is read anew. */
  readonly renews: readonly QueryKey[];
  /** Puts what was answered into the cache, also where nobody waits for it any more. */
  readonly store?: (result: R, value: V) => void;
  /** Closes a form, or shows the result; not called where the form is gone. */
  readonly onDone?: (result: R, value: V) => void;
  /** What is said where the form that shows the result is gone, and with it what is shown once. */
  readonly missed?: (result: R, value: V) => string;
  /** True where a form shows the problem itself. */
  readonly showsProblem?: boolean;
}

/**
 * A change over the API. It is sent once: whoever asked decides about another attempt. Where the form is gone when
 * the answer comes, a notice says what it was, unless the session of whoever asked has ended.
 */
export function useChange<V, R>(
  change: (value: V) => Promise<R>,
  { done, undo, renews, store, onDone, missed, showsProblem = false }: Options<V, R>,
): UseMutationResult<R, Error, V> {
  const isThere = useRef(false);
  const sender = useRef<string>(undefined);
  useEffect(() => {
    isThere.current = true;
    return () => {
      isThere.current = false;
    };
  }, []);
  const isHeard = (): boolean => isThere.current || sender.current === signedIn();
  const renew = (): void => {
    for (const queryKey of renews) void queryClient.invalidateQueries({ queryKey });
  };
  return useMutation({
    mutationFn: (value: V) => {
      sender.current = signedIn();
      return change(value);
    },
    onSuccess: (result, value) => {
      if (!isHeard()) return;
      renew();
      store?.(result, value);
      if (done) notify(done(result, value), undo?.(result, value));
      if (isThere.current) onDone?.(result, value);
      else if (missed) notifyMissed(missed(result, value));
    },
    onError: (error) => {
      if (!isHeard()) return;
      if (isLost(error)) renew();
      if (!showsProblem || !isThere.current) notifyProblem(error);
    },
  });
}

function signedIn(): string | undefined {
  return queryClient.getQueryData<Me | null>(keys.me)?.id;
}
