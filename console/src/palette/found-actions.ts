import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useLocation } from 'wouter';
import { api, bodyOf } from '../api/client.js';
import { keys } from '../api/queries.js';
import { scopeName } from '../next-action/scope-name.js';
import { type CommandGroup } from './commands.js';

/** Shortest text that is searched for. */
const SHORTEST = 3;
const MOST = 8;

/** The queued next best actions that the API finds for a text. */
export function useFoundActions(text: string): readonly CommandGroup[] {
  const [, navigate] = useLocation();
  const search = text.trim();
  const { data } = useQuery({
    queryKey: [...keys.queues, 'found', search],
    queryFn: () =>
      bodyOf(
        api.GET('/api/next-actions', {
          params: { query: { scope: '*', status: 'queued', search, pageSize: MOST } },
        }),
      ),
    enabled: search.length >= SHORTEST,
    placeholderData: keepPreviousData,
  });
  return useMemo(() => {
    if (search.length < SHORTEST || !data || data.items.length === 0) return [];
    const commands = data.items.map((item) => ({
      id: item.id,
      label: `${item.title} · ${scopeName(item)}`,
      run: () => navigate(`/actions/${item.id}`),
    }));
    return [{ name: 'Next best actions', commands }];
  }, [data, search, navigate]);
}
