import { type Query, replanned } from '../../database/connections/statement.js';
import { Keyset } from '../../database/sql/keyset.js';
import { ListQuery, type PageStart } from '../../database/sql/list-query.js';
import { type ListParts } from '../../database/sql/list-rows.js';
import { searchCondition } from '../../database/sql/search-condition.js';
import { entityTypesOf } from '../../database/sql/scope-condition.js';
import { PRIORITIES, type Priority } from '../../kernel/priority.js';
import { type GrantedScopes } from '../../kernel/grants.js';
import { containing, foldForSearch } from '../../kernel/search-text.js';
import { type NextAction } from './next-action.js';
import { LISTED_COLUMNS, NEXT_ACTION, NEXT_ACTION_COLUMNS } from './next-actions.sql.js';
import { NEXT_ACTION_STATUSES, type NextActionStatus } from './next-best-action.entity.js';

export const SNOOZED_FILTERS = ['hidden', 'only', 'all'] as const;
export type SnoozedFilter = (typeof SNOOZED_FILTERS)[number];

/** The orders of a list other than by rank. */
export const NEXT_ACTION_SORTS = ['-createdAt', 'snoozedUntil'] as const;
export type NextActionSort = (typeof NEXT_ACTION_SORTS)[number];

/** Filters of a list of NBAs. All filters combine. */
export interface NextActionFilter {
  readonly scopes: GrantedScopes;
  /** Any of these; all states without it. */
  readonly statuses?: readonly NextActionStatus[] | undefined;
  readonly priority?: Priority | undefined;
  readonly sourceType?: string | undefined;
  /** The rule that created it. */
  readonly ruleKey?: string | undefined;
  /** A user's id; null for those that are assigned to nobody. */
  readonly assigneeId?: string | null | undefined;
  /** By default hidden where the list has queued ones, else shown. */
  readonly snoozed?: SnoozedFilter | undefined;
  /** Substring of title, reason or rule, case-insensitive; `%` and `_` mean themselves. */
  readonly search?: string | undefined;
}

/** How a list of NBAs is shown. */
export interface NextActionView {
  readonly sort?: NextActionSort | undefined;
  /** Whether the items have the fields of the detail, too. */
  readonly full?: boolean | undefined;
}

/** The statements of a list, and its order. */
export interface NextActionQueries {
  readonly page: Query;
  /** Counts up to a limit, if one is given. */
  readonly total: (limit?: number) => Query;
  /** Where the list is searched. */
  readonly search?: {
    /** Page and total in one statement: see ListQuery.found. */
    readonly found: (limit?: number) => Query;
    /** See ListQuery.estimate. */
    readonly estimate: Query;
  };
}

type Ordered = Pick<NextAction, 'id' | 'score' | 'createdAt' | 'snoozedUntil'>;

/** By score, then the newest first. */
const RANKED: Keyset<Ordered> = Keyset.by(NEXT_ACTION.only('score', 'createdAt', 'id'));
const NEWEST: Keyset<Ordered> = Keyset.by(NEXT_ACTION.only('createdAt', 'id'));
/** By the end of the snooze; what is not snoozed comes last. */
const SOONEST = soonest(`COALESCE(snoozed_until, 'infinity')`);
/** The same where all are snoozed: by the column alone, which has an index. */
const SOONEST_SNOOZED = soonest('snoozed_until');

const TABLE = 'next_best_actions';

/** The columns that a search looks at. */
const SEARCHED = ['title', 'reason', 'created_by_rule'];

/** The columns that the orders read, but for the id. */
const SORTED = ['score', 'created_at', 'snoozed_until'];

/** A list over several types is read type by type: the indexes begin with the type. */
const BY_TYPE: ListParts = {
  name: 'types',
  source: entityTypesOf(TABLE),
  condition: 'entity_type = parts.part',
};

/** The order of a list. */
export function orderOf(
  { snoozed }: Pick<NextActionFilter, 'snoozed'>,
  { sort }: NextActionView,
): Keyset<Ordered> {
  if (sort === '-createdAt') return NEWEST;
  if (sort === 'snoozedUntil') return snoozed === 'only' ? SOONEST_SNOOZED : SOONEST;
  return RANKED;
}

/** A page of the list, and its total. */
export function listQueries(
  filter: NextActionFilter,
  start: PageStart,
  view: NextActionView = {},
): NextActionQueries {
  const { scopes, assigneeId, search } = filter;
  const list = conditionsOf(filter);
  const wide = scopes.kind === 'all' || scopes.kind === 'several';
  // The index of assignees does not begin with the type.
  const parts = wide && typeof assigneeId !== 'string' ? BY_TYPE : undefined;
  const branches = branchesOf(filter);
  const select = view.full === true ? NEXT_ACTION_COLUMNS : LISTED_COLUMNS;
  const keyset = orderOf(filter, view);
  const ranked = { branches: rankedBranchesOf(filter, view), parts };
  const page = list.page({ from: TABLE, ...ranked, select, keyset }, start);
  const total = (limit?: number): Query => list.total({ from: TABLE, ...ranked }, limit, keyset);
  if (search === undefined) return { page, total };
  // An index of the search finds them all at once: neither the order nor the types matter.
  const found = { from: TABLE, branches };
  const shown = { select, keyset, table: TABLE, sorted: SORTED };
  return {
    page: replanned(page),
    total: (limit) => replanned(list.total(found, limit)),
    search: {
      found: (limit) => replanned(list.found({ ...found, ...shown }, start, limit)),
      estimate: replanned(list.estimate(found)),
    },
  };
}

function conditionsOf(filter: NextActionFilter): ListQuery {
  const { scopes, priority, sourceType, ruleKey, assigneeId, search } = filter;
  const { statuses = NEXT_ACTION_STATUSES } = filter;
  const list = ListQuery.within('next_actions', scopes).label(statuses.join('_'));
  whereSnoozed(list, filter);
  list
    .where('priority', priority, (parameter) => `priority = ${parameter}`)
    .where('source', sourceType, (parameter) => `source_type = ${parameter}`)
    .where('rule', ruleKey, (parameter) => `created_by_rule = ${parameter}`);
  if (assigneeId === null) list.when('unassigned', 'assignee_id IS NULL');
  else list.where('assignee', assigneeId, (parameter) => `assignee_id = ${parameter}::uuid`);
  const pattern = search === undefined ? undefined : containing(foldForSearch(search));
  return list.where('search', pattern, (parameter) => searchCondition(parameter, SEARCHED));
}

function whereSnoozed(list: ListQuery, { statuses, snoozed }: NextActionFilter): void {
  const queued = statuses === undefined || statuses.includes('queued');
  switch (snoozed ?? (queued ? 'hidden' : 'all')) {
    case 'hidden':
      list.when('awake', '(snoozed_until IS NULL OR snoozed_until <= now())');
      break;
    case 'only':
      list.when('snoozed', 'snoozed_until > now()');
      break;
    case 'all':
      break;
  }
}

/**
 * The states, each a branch of its own: a state is a literal, because a partial index is used only where its
 * predicate is in the statement.
 */
function branchesOf({ statuses = NEXT_ACTION_STATUSES }: NextActionFilter): string[] {
  return statuses.map((status) => `status = '${status}'`);
}

/**
 * The branches that have an index in the order of the list: by rank, each state and priority has one. What
 * is queued has others for the filters by source, rule and assignee.
 */
function rankedBranchesOf(filter: NextActionFilter, { sort }: NextActionView): string[] {
  const { statuses = NEXT_ACTION_STATUSES, priority, sourceType, ruleKey, assigneeId } = filter;
  const filtered = sourceType !== undefined || ruleKey !== undefined || assigneeId != null;
  return statuses.flatMap((status) => {
    const only = `status = '${status}'`;
    const whole = sort !== undefined || priority !== undefined || (status === 'queued' && filtered);
    return whole ? only : PRIORITIES.map((each) => `${only} AND priority = '${each}'`);
  });
}

function soonest(sql: string): Keyset<Ordered> {
  return new Keyset<Ordered>(
    [
      { sql, type: 'timestamptz', of: ({ snoozedUntil }) => snoozedUntil ?? 'infinity' },
      { sql: 'id', type: 'uuid', of: ({ id }) => id },
    ],
    'ASC',
  );
}
