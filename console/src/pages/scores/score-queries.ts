import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { api, ApiProblem, bodyOf, type Schemas } from '../../api/client.js';
import { type Paged, usePaged } from '../../api/paged.js';

export type Snapshot = Schemas['ScoreSnapshotAnswer'];
export type PastScore = Schemas['PastScoreAnswer'];
export type ScopeRow = Schemas['ScopeAnswer'];

export interface Scope {
  readonly entityType: string;
  readonly entityId: string;
}

/** The keys of what is cached of scores. */
export const scoreKeys = {
  /** The current score and the history of a scope. */
  scope: ({ entityType, entityId }: Scope): readonly string[] => ['score', entityType, entityId],
  scopes: ['score-scopes'],
  flags: (scope: Scope): readonly string[] => ['score-flags', scope.entityType, scope.entityId],
};

/** A scope as an address names it. */
export function nameOf({ entityType, entityId }: Scope): string {
  return `${entityType}/${entityId}`;
}

/** The scopes that one may see, by type and id. */
export function useScopeRows(): Paged<ScopeRow> {
  return usePaged(scoreKeys.scopes, (query) =>
    bodyOf(api.GET('/api/scopes', { params: { query } })),
  );
}

/** The current score of a scope; null before the first. */
export function useScore(scope: Scope, enabled = true): UseQueryResult<Snapshot | null> {
  return useQuery({
    queryKey: [...scoreKeys.scope(scope), 'latest'],
    queryFn: () => readLatest(scope),
    staleTime: 60_000,
    enabled,
  });
}

async function readLatest({ entityType, entityId }: Scope): Promise<Snapshot | null> {
  const params = { path: { entityType, entityId }, query: { pageSize: 1 } };
  try {
    return (await bodyOf(api.GET('/api/scores/{entityType}/{entityId}', { params }))).latest;
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'SCORE_NOT_FOUND') return null;
    throw error;
  }
}

/** The scores of a scope so far, the newest first. */
export function useScoreHistory({ entityType, entityId }: Scope): Paged<PastScore> {
  return usePaged([...scoreKeys.scope({ entityType, entityId }), 'history'], async (query) => {
    const params = { path: { entityType, entityId }, query };
    return (await bodyOf(api.GET('/api/scores/{entityType}/{entityId}', { params }))).history;
  });
}

/** The open risk flags of a scope, the first five. */
export function useOpenFlags(scope: Scope): UseQueryResult<Schemas['RiskFlagPage']> {
  return useQuery({
    queryKey: scoreKeys.flags(scope),
    queryFn: () =>
      bodyOf(
        api.GET('/api/risk', {
          params: { query: { scope: nameOf(scope), status: 'open', pageSize: 5 } },
        }),
      ),
  });
}
