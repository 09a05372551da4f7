import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { api, ApiProblem, bodyOf, type Me, type NextActionDetail, type Schemas } from './client.js';
import { type Paged, usePaged } from './paged.js';
import { SECOND_MS } from './query-client.js';

export type ListFilter = Readonly<
  Partial<Record<'scope' | 'priority' | 'ruleKey' | 'assigneeId' | 'snoozed' | 'search', string>>
>;
export type Page = Schemas['NextActionPage'];

/** The keys of what is cached. */
export const keys = {
  me: ['me'],
  queues: ['queue'],
  queue: (filter: ListFilter): readonly unknown[] => ['queue', filter],
  summaries: ['summary'],
  nextActions: ['next-action'],
  nextAction: (id: string): readonly string[] => ['next-action', id],
  playbook: (id: string): readonly string[] => ['next-action', id, 'playbook'],
  catalogue: ['delivery-actions'],
};

export { queryClient } from './query-client.js';

/** Who was signed in last in this page. */
let lastUserId: string | undefined;
const userListeners = new Set<() => void>();

/** Calls back before anybody learns that another user is signed in than before; returns how to stop that. */
export function onOtherUser(listener: () => void): () => void {
  userListeners.add(listener);
  return () => void userListeners.delete(listener);
}

/** Who is signed in; null for nobody. Another tab may have changed that. */
export function useMe(): UseQueryResult<Me | null> {
  return useQuery({
    queryKey: keys.me,
    queryFn: readMe,
    staleTime: Infinity,
    refetchOnWindowFocus: 'always',
  });
}

async function readMe(): Promise<Me | null> {
  try {
    const me = await bodyOf(api.GET('/api/auth/me'));
    const isOther = lastUserId !== undefined && lastUserId !== me.id;
    lastUserId = me.id;
    if (isOther) for (const listener of userListeners) listener();
    return me;
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) return null;
    throw error;
  }
}

/** The ranked list. What presses and events change is put into its rows one by one. */
export function useQueue(filter: ListFilter): Paged<Page['items'][number], Page> {
  return usePaged(
    keys.queue(filter),
    (paging) => {
      const query: Record<string, string | number> = {
        status: 'queued',
        scope: '*',
        ...filter,
        ...paging,
      };
      return bodyOf(api.GET('/api/next-actions', { params: { query } }));
    },
    { isKept: true },
  );
}

/** The counts of a scope, or of all that one may see. */
export function useSummary(scope: string): UseQueryResult<Schemas['NextActionSummary']> {
  return useQuery({
    queryKey: [...keys.summaries, scope],
    queryFn: () => bodyOf(api.GET('/api/next-actions/summary', { params: { query: { scope } } })),
    refetchOnWindowFocus: true,
  });
}

/** The first hundred scopes that one may see. */
export function useScopes(): UseQueryResult<Schemas['ScopePage']> {
  return useQuery({
    queryKey: ['scopes'],
    queryFn: () => bodyOf(api.GET('/api/scopes', { params: { query: { pageSize: 100 } } })),
    staleTime: 60 * SECOND_MS,
  });
}

interface Scope {
  readonly entityType: string;
  readonly entityId: string;
}

/** To whom a next best action of a scope may be assigned. */
export function usePeople(
  { entityType, entityId }: Scope,
  enabled = true,
): UseQueryResult<Schemas['PeoplePage']> {
  return useQuery({
    queryKey: ['people', entityType, entityId],
    queryFn: () =>
      bodyOf(
        api.GET('/api/scopes/{entityType}/{entityId}/people', {
          params: { path: { entityType, entityId }, query: { pageSize: 100 } },
        }),
      ),
    staleTime: 60 * SECOND_MS,
    enabled,
  });
}

export function readNextAction(id: string): Promise<NextActionDetail> {
  return bodyOf(api.GET('/api/next-actions/{id}', { params: { path: { id } } }));
}

/** One next best action, with its explanation. */
export function useNextAction(id: string): UseQueryResult<NextActionDetail> {
  return useQuery({ queryKey: keys.nextAction(id), queryFn: () => readNextAction(id) });
}

/** The newest fifty executions of a next best action. */
export function readExecutions(id: string): Promise<Schemas['ExecutionPage']> {
  const params = { path: { id }, query: { pageSize: 50 } };
  return bodyOf(api.GET('/api/next-actions/{id}/executions', { params }));
}

/** Who pressed what on it, the newest first. */
export function useExecutions(id: string): UseQueryResult<Schemas['ExecutionPage']> {
  return useQuery({
    queryKey: [...keys.nextAction(id), 'executions'],
    queryFn: () => readExecutions(id),
  });
}

/** How it is worked off, and how far that is. */
export function usePlaybook(id: string): UseQueryResult<Schemas['PlaybookAnswer']> {
  return useQuery({
    queryKey: keys.playbook(id),
    queryFn: () => bodyOf(api.GET('/api/next-actions/{id}/playbook', { params: { path: { id } } })),
  });
}

/** Every button that one may press, for its label in the history. */
export function useCatalogue(): UseQueryResult<Schemas['DeliveryActionList']> {
  return useQuery({
    queryKey: keys.catalogue,
    queryFn: () => bodyOf(api.GET('/api/delivery-actions')),
    staleTime: Infinity,
  });
}
