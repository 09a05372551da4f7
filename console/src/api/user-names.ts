import { useQuery } from '@tanstack/react-query';
import { api, bodyOf } from './client.js';
import { useMay, useSignedIn } from './rights.js';

/** The names of users by their ids: of the first hundred that one may see. */
export function useUserNames(): ReadonlyMap<string, string> {
  const me = useSignedIn();
  const { data } = useQuery({
    queryKey: ['users', 'names'],
    queryFn: () => bodyOf(api.GET('/api/users', { params: { query: { pageSize: 100 } } })),
    enabled: useMay('users.manage'),
    staleTime: 60_000,
  });
  const known = data?.items.map(({ id, name }) => [id, name] as const) ?? [];
  return new Map([[me.id, me.name], ...known]);
}
