import { type Client } from 'pg';
import { type Query } from '../../src/database/connections/statement.js';
import { PRIORITIES } from '../../src/kernel/priority.js';
import { SYSTEM_ACTOR } from '../../src/kernel/actor.js';
import { type GrantedScopes, scopesToRead } from '../../src/kernel/grants.js';
import {
  listQueries,
  type NextActionFilter,
  orderOf,
} from '../../src/next-actions/model/next-actions.list.js';
import { type NextAction } from '../../src/next-actions/model/next-action.js';
import { WORDS } from './data.js';
import { type DeskSizes, shownCount } from './sizes.js';

const PAGE = { limit: 26 };
const COUNTED = 10_001;
/** As the server finds the first hits of a search. */
const FEW = 1001;
/** The page that a cursor has come to, of 25 each. */
const DEEP_PAGE = 1000;

/** A list of the bench, and at most how many times page 1 of the small scope it may take. */
export interface MeasuredList {
  readonly name: string;
  readonly atMost: number;
  /** The statements that a request sends first. */
  readonly queries: readonly Query[];
  /** The request; undefined where it needs a cursor. */
  readonly path?: string;
}

type Filter = Pick<NextActionFilter, 'statuses' | 'priority' | 'search'>;

/** The lists, the first one the reference. */
export async function measuredLists(client: Client, desks: DeskSizes): Promise<MeasuredList[]> {
  const { small, large, huge, accounts } = desks;
  const queued = { statuses: ['queued'] } as const;
  const hugeRows = shownCount(huge.queued + huge.closed);
  const list = (name: string, atMost: number, scope: string, filter: Filter): MeasuredList => {
    const query = new URLSearchParams({
      scope,
      ...(filter.statuses ? { status: filter.statuses.join(',') } : {}),
      ...(filter.priority ? { priority: filter.priority } : {}),
      ...(filter.search === undefined ? {} : { search: filter.search }),
    });
    const path = `/api/next-actions?${query.toString()}`;
    return { name, atMost, path, queries: statementsOf({ scopes: within(scope), ...filter }) };
  };
  const search = (name: string, atMost: number, word: string): MeasuredList =>
    list(`search: ${name}`, atMost, large.scope, { ...queued, search: word });
  return [
    list(`${shownCount(small.queued)} queued`, 1, small.scope, queued),
    list(`${shownCount(large.queued)} queued`, 1.3, large.scope, queued),
    list(`${hugeRows}, without status`, 3, huge.scope, {}),
    list(`${hugeRows}, by priority`, 3, huge.scope, { priority: 'low' }),
    list('all ids of a type', 1.5, `${accounts.type}/*`, queued),
    list('all scopes', 3, '*', queued),
    search('no hit', 3, WORDS.none),
    search('a rare phrase', 15, WORDS.rare),
    search('a common word', 3, WORDS.common),
    search('two letters', 40, WORDS.letters),
    await deepPage(client, desks),
    {
      name: `summary of ${hugeRows}`,
      atMost: 3,
      path: `/api/next-actions/summary?${new URLSearchParams({ scope: huge.scope }).toString()}`,
      queries: summaryOf(within(huge.scope)),
    },
  ];
}

const within = (scope: string): GrantedScopes => scopesToRead({ scope }, SYSTEM_ACTOR);

function statementsOf(filter: NextActionFilter): Query[] {
  const { page, total, search } = listQueries(filter, PAGE);
  return search ? [search.found(FEW)] : [page, total(COUNTED)];
}

/** The counts and the best five of a summary, but for the time of the last run. */
function summaryOf(scopes: GrantedScopes): Query[] {
  const filter = { scopes, statuses: ['queued'] } as const;
  const { page } = listQueries(filter, { limit: 5 }, { full: true });
  const counts = PRIORITIES.map((priority) =>
    listQueries({ ...filter, priority }, { limit: 1 }).total(COUNTED),
  );
  return [page, ...counts];
}

/** A page far down the list, as a cursor continues with it; of a small scope, one in its middle. */
async function deepPage(client: Client, { large }: DeskSizes): Promise<MeasuredList> {
  const filter = { scopes: within(large.scope), statuses: ['queued'] } as const;
  const number = Math.min(DEEP_PAGE, Math.ceil(large.queued / 50));
  const { page } = listQueries(filter, { limit: 1, offset: number * 25 - 1 });
  const { rows } = await client.query<NextAction>(page.statement.text, page.values);
  const [last] = rows;
  if (!last) throw new Error(`There is no page ${number}.`);
  const after = orderOf({}, {}).positionOf(last);
  const { page: deep, total } = listQueries(filter, { ...PAGE, after });
  const name = `${shownCount(large.queued)} queued, page ${number} by cursor`;
  return { name, atMost: 1.3, queries: [deep, total(COUNTED)] };
}
