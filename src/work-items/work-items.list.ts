import { type Priority } from '../kernel/priority.js';
import { type GrantedScopes } from '../kernel/grants.js';
import { containing, foldForSearch } from '../kernel/search-text.js';
import { type Query, replanned } from '../database/connections/statement.js';
import { Keyset } from '../database/sql/keyset.js';
import { searchCondition } from '../database/sql/search-condition.js';
import { ListQuery, type PageStart } from '../database/sql/list-query.js';
import { type WorkItemConditionKey } from './work-item-conditions.js';
import { conditionSql, timeValues, windowsSql } from './work-item-facts.sql.js';
import { type WorkItemKind } from './work-item-kinds.js';
import { SHOWN_STATE, WORK_ITEM, WORK_ITEM_COLUMNS } from './work-items.sql.js';

/** Filters of a list of work items. All filters combine. */
export interface WorkItemFilter {
  readonly scopes: GrantedScopes;
  readonly kind?: WorkItemKind;
  readonly state?: string;
  readonly priority?: Priority;
  readonly open?: boolean;
  readonly externalId?: string;
  /** Only items that are due before then. */
  readonly dueBefore?: string;
  /** Only items that were created or changed since then. */
  readonly updatedSince?: string;
  /** Substring of title or external id, case-insensitive. */
  readonly search?: string;
  /** Only items that a rule counts under this condition, now. */
  readonly condition?: WorkItemConditionKey;
}

/** The newest first: ids are ordered in time. */
export const NEWEST = Keyset.by(WORK_ITEM.only('id'), 'item');

const ITEMS = 'work_items AS item';
/** The columns that a search looks at. */
const SEARCHED = ['title', 'external_id'];

/** A page of the list, and its total, counted up to a limit if one is given. */
export function listQueries(
  filter: WorkItemFilter,
  start: PageStart,
  now: Date,
  select = WORK_ITEM_COLUMNS,
): { page: Query; total: (limit?: number) => Query } {
  const { condition, open } = filter;
  const search = filter.search === undefined ? undefined : containing(foldForSearch(filter.search));
  const list = ListQuery.within('work_items', filter.scopes, {
    alias: 'item',
    values: condition === undefined ? [] : timeValues(now),
  });
  // Joined with the windows that the condition reads, which are the first parameters.
  const from = condition === undefined ? ITEMS : `${windowsSql(1)} CROSS JOIN ${ITEMS}`;
  if (condition !== undefined) list.when(condition, conditionSql(condition, 1));
  // The partial index of open items is used only if its predicate is in the statement.
  if (open !== undefined) {
    list.when(open ? 'open' : 'closed', open ? 'item.is_open' : 'NOT item.is_open');
  }
  list
    .where('kind', filter.kind, (kind) => `item.kind = ${kind}`)
    .where('state', filter.state, (state) => `${SHOWN_STATE} = ${state}`)
    .where('priority', filter.priority, (priority) => `item.priority = ${priority}`)
    .where('external_id', filter.externalId, (id) => `item.external_id = ${id}`)
    .where('due', filter.dueBefore, (time) => `item.due_at < ${time}::timestamptz`)
    .where('updated', filter.updatedSince, (time) => `item.updated_at >= ${time}::timestamptz`)
    .where('search', search, (pattern) => searchCondition(pattern, SEARCHED, 'item'));
  const planned = search === undefined ? (query: Query): Query => query : replanned;
  return {
    page: planned(list.page({ select, from, keyset: NEWEST }, start)),
    total: (limit) => planned(list.total({ from }, limit)),
  };
}
