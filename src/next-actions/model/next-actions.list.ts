import { type Priority } from '../../kernel/priority.js';
import { type Query } from '../../database/connections/statement.js';
import { Keyset } from '../../database/sql/keyset.js';
import { ListQuery, type PageStart } from '../../database/sql/list-query.js';
import { NEXT_ACTION, NEXT_ACTION_COLUMNS } from './next-actions.sql.js';
import { type NextActionStatus } from './next-best-action.entity.js';

/** Filters of a list of NBAs. All filters combine. */
export interface NextActionFilter {
  readonly entityType: string;
  readonly entityId: string;
  readonly status?: NextActionStatus | undefined;
  readonly priority?: Priority | undefined;
  readonly sourceType?: string | undefined;
  /** Substring of title, reason or rule, case-insensitive; `%` and `_` mean themselves. */
  readonly search?: string | undefined;
}

/** By score, then the newest first. */
export const RANKED = Keyset.by(NEXT_ACTION.only('score', 'createdAt', 'id'));

/** A page of the list, and its total. */
export function listQueries(
  filter: NextActionFilter,
  start: PageStart,
): { page: Query; total: Query } {
  const { entityType, entityId, status, priority, sourceType, search } = filter;
  const list = new ListQuery('next_actions', {
    conditions: ['entity_type = $1', 'entity_id = $2'],
    values: [entityType, entityId],
  });
  if (status === undefined || status === 'queued') {
    list.when('awake', '(snoozed_until IS NULL OR snoozed_until <= now())');
  }
  // The partial index of the queue is used only if its predicate is in the statement.
  if (status === 'queued') list.when('queued', `status = 'queued'`);
  else list.where('status', status, (parameter) => `status = ${parameter}`);
  list
    .where('priority', priority, (parameter) => `priority = ${parameter}`)
    .where('source', sourceType, (parameter) => `source_type = ${parameter}`)
    .where(
      'search',
      search === undefined ? undefined : `%${search.replace(/[\\%_]/g, '\\$&')}%`,
      (p) => `(title ILIKE ${p} OR reason ILIKE ${p} OR created_by_rule ILIKE ${p})`,
    );
  const from = 'next_best_actions';
  return {
    page: list.page({ select: NEXT_ACTION_COLUMNS, from, keyset: RANKED }, start),
    total: list.total(from),
  };
}
