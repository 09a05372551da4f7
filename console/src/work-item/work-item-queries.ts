import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { api, bodyOf } from '../api/client.js';
import { type Paged, usePaged } from '../api/paged.js';
import { type WorkItem, type WorkItemKind } from './kinds.js';

/** The keys of what is cached of work items. */
export const workItemKeys = {
  lists: ['work-items'],
  items: ['work-item'],
  item: (kind: WorkItemKind, externalId: string): readonly string[] => [
    'work-item',
    kind,
    externalId,
  ],
};

/** Events after which a list of work items may be another one: pushes, deletions, and leads that were scored. */
export const WORK_ITEM_EVENTS = ['work_item.', 'leads.', 'score.computed'];

/** The work items that filters leave, of all scopes unless one is named, the newest first. */
export function useWorkItems(filter: Readonly<Record<string, string>>): Paged<WorkItem> {
  return usePaged([...workItemKeys.lists, filter], (paging) =>
    bodyOf(api.GET('/api/work-items', { params: { query: { scope: '*', ...filter, ...paging } } })),
  );
}

/** One work item. */
export function useWorkItem(kind: WorkItemKind, externalId: string): UseQueryResult<WorkItem> {
  return useQuery({
    queryKey: workItemKeys.item(kind, externalId),
    queryFn: () =>
      bodyOf(
        api.GET('/api/work-items/{kind}/{externalId}', { params: { path: { kind, externalId } } }),
      ),
  });
}
