import { useQuery } from '@tanstack/react-query';
import { api, bodyOf } from './client.js';
import { usePeople, useScopes } from './queries.js';
import { useMay, useSignedIn } from './rights.js';

interface Scope {
  readonly entityType: string;
  readonly entityId: string;
}

interface Named {
  readonly id: string;
  readonly name: string;
}

const LONG_MS = 300_000;
const NOWHERE: Scope = { entityType: '', entityId: '' };

/**
 * The name of an actor by its id, as far as one may know it: one's own, those of a scope who may be assigned,
 * and for administrators all users and service tokens. Without a scope, the first that one sees.
 */
export function useNames(scope?: Scope): (actorId: string) => string | undefined {
  const me = useSignedIn();
  const isUserAdmin = useMay('users.manage');
  const isTokenAdmin = useMay('service-tokens.manage');
  const [first] = useScopes().data?.items ?? [];
  const of = scope ?? first;
  const people = usePeople(of ?? NOWHERE, of !== undefined);
  const query = { pageSize: 100 };
  const users = useQuery({
    queryKey: ['names', 'users'],
    queryFn: () => bodyOf(api.GET('/api/users', { params: { query } })),
    enabled: isUserAdmin,
    staleTime: LONG_MS,
  });
  const tokens = useQuery({
    queryKey: ['names', 'service-tokens'],
    queryFn: () => bodyOf(api.GET('/api/service-tokens', { params: { query } })),
    enabled: isTokenAdmin,
    staleTime: LONG_MS,
  });
  const lists: readonly (readonly Named[] | undefined)[] = [
    [me],
    people.data?.items,
    users.data?.items,
    tokens.data?.items,
  ];
  return (actorId) => lists.flatMap((list) => list ?? []).find(({ id }) => id === actorId)?.name;
}
