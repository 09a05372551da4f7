import { type Client } from 'pg';
import { type Query, StatementNames } from '../../src/database/connections/statement.js';
import { PRIORITIES } from '../../src/kernel/priority.js';
import { SYSTEM_ACTOR } from '../../src/kernel/actor.js';
import { type GrantedScopes, scopesToRead } from '../../src/kernel/grants.js';
import {
  listQueries,
  type NextActionFilter,
  orderOf,
} from '../../src/next-actions/model/next-actions.list.js';
import { type NextAction } from '../../src/next-actions/model/next-action.js';
import { median } from '../report.js';
import { ACCOUNTS, HUGE, LARGE, SMALL, WORDS } from './data.js';

const ROUNDS = 31;
const PAGE = { limit: 26 };
const COUNTED = 10_001;
/** As the server finds the first hits of a search. */
const FEW = 1001;
/** The page that a cursor has come to, of 25 each. */
const DEEP_PAGE = 1000;

/** The statements of a request, and at most how many times page 1 of 10,000 queued they may take. */
interface Measured {
  readonly name: string;
  readonly atMost: number;
  readonly queries: readonly Query[];
}

const names = new StatementNames();

const within = (scope: string): GrantedScopes => scopesToRead({ scope }, SYSTEM_ACTOR);
const queued = ['queued'] as const;
const large = { scopes: within(LARGE.scope), statuses: queued };
const huge = { scopes: within(HUGE.scope) };

const LISTS: readonly [name: string, atMost: number, filter: NextActionFilter][] = [
  ['10,000 queued', 1, { scopes: within(SMALL.scope), statuses: queued }],
  ['270,000 queued', 1.3, large],
  ['600,000, without status', 3, huge],
  ['600,000, by priority', 3, { ...huge, priority: 'low' }],
  ['all ids of a type', 1.5, { scopes: within(`${ACCOUNTS.type}/*`), statuses: queued }],
  ['all scopes', 3, { scopes: within('*'), statuses: queued }],
  ['search: no hit', 3, { ...large, search: WORDS.none }],
  ['search: a rare phrase', 15, { ...large, search: WORDS.rare }],
  ['search: a common word', 3, { ...large, search: WORDS.common }],
  ['search: two letters', 40, { ...large, search: WORDS.letters }],
];

/** The statements that a request of a list sends first. */
function statementsOf(filter: NextActionFilter): Query[] {
  const { page, total, search } = listQueries(filter, PAGE);
  return search ? [search.found(FEW)] : [page, total(COUNTED)];
}

/** The counts and the best five of a summary, but for the time of the last run. */
function summaryOf(scopes: GrantedScopes): Query[] {
  const filter = { scopes, statuses: queued };
  const { page } = listQueries(filter, { limit: 5 }, { full: true });
  const counts = PRIORITIES.map((priority) =>
    listQueries({ ...filter, priority }, { limit: 1 }).total(COUNTED),
  );
  return [page, ...counts];
}

/** A page far down the list, as a cursor continues with it. */
async function deepPage(client: Client): Promise<Measured> {
  const { page } = listQueries(large, { limit: 1, offset: DEEP_PAGE * 25 - 1 });
  const { rows } = await client.query<NextAction>(page.statement.text, page.values);
  const [last] = rows;
  if (!last) throw new Error(`There is no page ${DEEP_PAGE}.`);
  const after = orderOf({}, {}).positionOf(last);
  const { page: deep, total } = listQueries(large, { ...PAGE, after });
  const name = `270,000 queued, page ${DEEP_PAGE} by cursor`;
  return { name, atMost: 1.3, queries: [deep, total(COUNTED)] };
}

async function timeOf(client: Client, { statement, values }: Query): Promise<number> {
  const { text, replanned } = statement;
  const name = replanned === true ? undefined : names.of(text);
  const since = performance.now();
  await client.query({ ...(name === undefined ? {} : { name }), text, values });
  return performance.now() - since;
}

async function explained(client: Client, { statement, values }: Query): Promise<string> {
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(
    `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, COSTS OFF) ${statement.text}`,
    values,
  );
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

/**
 * The statements of lists, searches and the summary on a million next best actions: the time of each against
 * page 1 of a scope of 10,000, and its plan, in Markdown.
 */
export async function measureStatements(client: Client): Promise<{ table: string; plans: string }> {
  const measured: Measured[] = [
    ...LISTS.map(([name, atMost, filter]) => ({ name, atMost, queries: statementsOf(filter) })),
    await deepPage(client),
    { name: 'summary of 600,000', atMost: 3, queries: summaryOf(huge.scopes) },
  ];
  const times = measured.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, { queries }] of measured.entries()) {
      let sum = 0;
      for (const query of queries) sum += await timeOf(client, query);
      times[index]?.push(sum);
    }
  }
  const medians = times.map((values) => median(values));
  const reference = medians[0] ?? NaN;
  const rows = measured.map(({ name, atMost }, index) => {
    const ratio = (medians[index] ?? NaN) / reference;
    return `| ${name} | ${ratio.toFixed(1)} | ${atMost} | ${ratio <= atMost ? 'yes' : '**no**'} |`;
  });
  const plans: string[] = [];
  for (const { name, queries } of measured) {
    for (const query of queries) {
      plans.push(`### ${name}\n\n\`\`\`\n${await explained(client, query)}\n\`\`\``);
    }
  }
  const head = '| list | times page 1 of 10,000 | at most | holds |\n| --- | --- | --- | --- |';
  return { table: `${head}\n${rows.join('\n')}`, plans: plans.join('\n\n') };
}
