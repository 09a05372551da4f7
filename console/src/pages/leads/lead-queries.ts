import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { api, bodyOf, type Schemas } from '../../api/client.js';
import { type Paged, usePaged } from '../../api/paged.js';

export type Lead = Schemas['LeadAnswer'];

/** The keys of what is cached of leads. */
export const leadKeys = {
  lead: (externalId: string): readonly string[] => ['lead', externalId],
  row: (externalId: string, scoredAt: string | null): readonly unknown[] => [
    'lead-row',
    externalId,
    scoredAt,
  ],
};

function readLead(externalId: string): Promise<Lead> {
  return bodyOf(api.GET('/api/leads/{externalId}', { params: { path: { externalId } } }));
}

/** A lead with its newest score. */
export function useLead(externalId: string): UseQueryResult<Lead> {
  return useQuery({ queryKey: leadKeys.lead(externalId), queryFn: () => readLead(externalId) });
}

/** The score of a row, which is read once for each time that the lead was scored: the list has none. */
export function useRowScore(
  externalId: string,
  scoredAt: string | null,
  enabled: boolean,
): UseQueryResult<Lead> {
  return useQuery({
    queryKey: leadKeys.row(externalId, scoredAt),
    queryFn: () => readLead(externalId),
    staleTime: Infinity,
    enabled,
  });
}

/** The scores of a lead so far, the newest first. */
export function useLeadScores(externalId: string): Paged<Schemas['PastScoreAnswer']> {
  return usePaged([...leadKeys.lead(externalId), 'scores'], (query) =>
    bodyOf(api.GET('/api/leads/{externalId}/scores', { params: { path: { externalId }, query } })),
  );
}
