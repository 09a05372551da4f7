import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api, bodyOf } from '../../api/client.js';
import { type Paged } from '../../api/paged.js';
import { queryClient } from '../../api/queries.js';
import { useRenewedBy } from '../../live/renewed.js';
import { type Flag } from './flag-changes.js';
import { flagKey } from './use-flag-change.js';

/**
 * One flag by its id. The API has no route for it: what is listed is taken from the list, and read anew by
 * its rule and scope, which have one flag at most; another one is looked for among the first hundred.
 */
export function useFlag(id: string, list: Paged<Flag>): UseQueryResult<Flag | null> {
  const listed = list.items.find((flag) => flag.id === id);
  useEffect(() => {
    if (listed) queryClient.setQueryData(flagKey(id), listed);
  }, [id, listed]);
  const query = useQuery({
    queryKey: flagKey(id),
    queryFn: () => readFlag(id),
    enabled: id !== '' && (listed !== undefined || !list.isPending),
  });
  useRenewedBy(['risk.'], flagKey(id));
  return query;
}

async function readFlag(id: string): Promise<Flag | null> {
  const known = queryClient.getQueryData<Flag | null>(flagKey(id));
  const query = known
    ? { entityType: known.entityType, entityId: known.entityId, ruleKey: known.ruleKey }
    : { scope: '*', pageSize: 100 };
  const { items } = await bodyOf(api.GET('/api/risk', { params: { query } }));
  return items.find((flag) => flag.id === id) ?? null;
}
