import { useQuery } from '@tanstack/react-query';
import { api, bodyOf } from './client.js';
import { usePeople, useScopes } from './queries.js';
import { useMay } from './rights.js';
import { useUserNames } from './user-names.js';

interface Scope {
  readonly entityType: string;
  readonly entityId: string;
}

const LONG_MS = 300_000;
const NOWHERE: Scope = { entityType: '', entityId: '' };

/**
 * The names of actors by their ids, as far as one may know them: one's own, those of a scope to whom one may
 * assign, and for administrators users and service tokens. Without a scope, the first that one sees.
 */
export function useNames(scope?: Scope): ReadonlyMap<string, string> {
  const users = useUserNames();
  const [first] = useScopes().data?.items ?? [];
  const of = scope ?? first;
  const people = usePeople(of ?? NOWHERE, of !== undefined);
  const tokens = useQuery({
    queryKey: ['service-tokens', 'names'],
    queryFn: () => bodyOf(api.GET('/api/service-tokens', { params: { query: { pageSize: 100 } } })),
    enabled: useMay('service-tokens.manage'),
    staleTime: LONG_MS,
  });
  const others = [...(people.data?.items ?? []), ...(tokens.data?.items ?? [])];
  return new Map([...users, ...others.map(({ id, name }) => [id, name] as const)]);
}
