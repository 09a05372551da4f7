import { type QueryKey, useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { queryClient } from './query-client.js';

/** What the lists of the API have in common. */
export interface PageOf<T> {
  readonly items: readonly T[];
  readonly pagination: {
    readonly hasNext: boolean;
    readonly nextCursor: string | null;
    /** How many there are, where the list counts them. */
    readonly total?: number;
    readonly totalIsExact?: boolean;
  };
}

/** How many a list has: `12`, `10000+`; undefined where it is not read yet, or does not count. */
export function totalOf(page: PageOf<unknown> | undefined): string | undefined {
  const { total, totalIsExact } = page?.pagination ?? {};
  return total === undefined ? undefined : `${total}${totalIsExact === false ? '+' : ''}`;
}

/** What a list is asked for besides its filters. */
export interface Paging {
  readonly pageSize: number;
  readonly cursor?: string;
}

/** A list that is read on by cursor. */
export interface Paged<T, P extends PageOf<T> = PageOf<T>> {
  readonly items: readonly T[];
  /** The first page, which may hold more than its items. */
  readonly first: P | undefined;
  readonly error: Error | null;
  readonly isPending: boolean;
  readonly hasNext: boolean;
  readonly isReadingOn: boolean;
  readonly readOn: () => void;
  /** Whether the error is of reading on, and not of reading again. */
  readonly failsReadingOn: boolean;
  /** Reads what is there again. */
  readonly readAgain: () => void;
  /** Reads it from its beginning. */
  readonly again: () => void;
  /** Whether something changed that is not shown yet. */
  readonly isBehind: boolean;
  /** Something changed: a short list is read anew, a long one says so and waits. */
  readonly changed: () => void;
}

const PAGE_SIZE = 50;
/** Up to so many pages are read again for a change: each is a request. */
const MOST_PAGES_AGAIN = 3;

/**
 * Reads a list page by page. The key holds everything that the answer depends on. `isKept`: it is not read again
 * by itself, since its rows are renewed one by one.
 */
export function usePaged<P extends PageOf<unknown>>(
  queryKey: QueryKey,
  read: (paging: Paging) => Promise<P>,
  { isKept = false }: { readonly isKept?: boolean } = {},
): Paged<P['items'][number], P> {
  const [behind, setBehind] = useState<QueryKey>();
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) =>
      read({ pageSize: PAGE_SIZE, ...(pageParam === undefined ? {} : { cursor: pageParam }) }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ pagination }) =>
      pagination.hasNext ? (pagination.nextCursor ?? undefined) : undefined,
    ...(isKept ? { staleTime: Infinity } : {}),
  });
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const { isFetchNextPageError, refetch } = query;
  const items = useMemo<P['items'][number][]>(
    () => data?.pages.flatMap((page) => page.items) ?? [],
    [data],
  );
  const readOn = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const hash = JSON.stringify(queryKey);
  return {
    items,
    first: data?.pages[0],
    error,
    isPending,
    hasNext: hasNextPage,
    isReadingOn: isFetchingNextPage,
    readOn,
    failsReadingOn: isFetchNextPageError,
    readAgain: () => void refetch(),
    again: () => {
      setBehind(undefined);
      void queryClient.resetQueries({ queryKey, exact: true });
    },
    isBehind: behind !== undefined && JSON.stringify(behind) === hash,
    changed: () => {
      if ((data?.pages.length ?? 0) > MOST_PAGES_AGAIN) setBehind(queryKey);
      else void queryClient.invalidateQueries({ queryKey, exact: true });
    },
  };
}
