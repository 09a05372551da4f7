/**
 * The statements of lists, searches and counts on a million next best actions: the time of each against page
 * 1 of a scope of 10,000, and its EXPLAIN. Writes docs/scale.md. With DATABASE_URL it fills that database
 * if it is empty; without, a throw-away one.
 *
 *   node --import @swc-node/register/esm-register bench/scale/statements.ts
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { readEnv } from '../../src/config/env.js';
import { type Query } from '../../src/database/connections/statement.js';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { migrate } from '../../src/database/start/migrate.js';
import { ScopeFilter } from '../../src/kernel/scope.js';
import {
  listQueries,
  type NextActionFilter,
} from '../../src/next-actions/model/next-actions.list.js';
import { buildSearchIndex } from '../../src/next-actions/model/search-index.sql.js';
import { schema } from '../../src/schema.js';
import { inOwnFolder } from '../own-folder.js';
import { median } from '../report.js';
import { ACCOUNTS, ALL_ROWS, HUGE, LARGE, seed, SMALL, WORDS } from './data.js';

const ROUNDS = 9;
const PAGE = { limit: 26 };
const COUNTED = 10_001;
/** As the server finds the first hits of a search. */
const FEW = 1001;

const within = (scope: string): ScopeFilter => ScopeFilter.parse(scope) ?? ScopeFilter.ALL;
const queued = ['queued'] as const;
const large = { scopes: within(LARGE.scope), statuses: queued };
const huge = { scopes: within(HUGE.scope) };

const LISTS: readonly [name: string, filter: NextActionFilter][] = [
  ['10,000 queued', { scopes: within(SMALL.scope), statuses: queued }],
  ['270,000 queued', large],
  ['600,000, without status', huge],
  ['600,000, by priority', { ...huge, priority: 'low' }],
  ['all ids of a type', { scopes: within(`${ACCOUNTS.type}/*`), statuses: queued }],
  ['all scopes', { scopes: ScopeFilter.ALL, statuses: queued }],
  ['search: no hit', { ...large, search: WORDS.none }],
  ['search: a rare phrase', { ...large, search: WORDS.rare }],
  ['search: a common word', { ...large, search: WORDS.common }],
  ['search: two letters', { ...large, search: WORDS.letters }],
];

/** The statements that a request of a list sends first. */
function statementsOf(filter: NextActionFilter): Query[] {
  const { page, total, search } = listQueries(filter, PAGE);
  return search ? [search.found(FEW)] : [page, total(COUNTED)];
}

async function timeOf(client: Client, { statement, values }: Query): Promise<number> {
  const { name, text, replanned } = statement;
  const since = performance.now();
  await client.query({ ...(replanned === true ? {} : { name }), text, values });
  return performance.now() - since;
}

async function explained(client: Client, { statement, values }: Query): Promise<string> {
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(
    `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, COSTS OFF) ${statement.text}`,
    values,
  );
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

async function measure(client: Client): Promise<string> {
  const times = new Map<string, number[]>(LISTS.map(([name]) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, filter] of LISTS) {
      let sum = 0;
      for (const query of statementsOf(filter)) sum += await timeOf(client, query);
      times.get(name)?.push(sum);
    }
  }
  const [[base] = ['']] = LISTS;
  const reference = median(times.get(base) ?? []);
  const rows = LISTS.map(([name]) => {
    const ms = median(times.get(name) ?? []);
    return `| ${name} | ${ms.toFixed(1)} | ${(ms / reference).toFixed(1)} |`;
  });
  const plans: string[] = [];
  for (const [name, filter] of LISTS) {
    for (const query of statementsOf(filter)) {
      plans.push(`### ${name}\n\n\`\`\`\n${await explained(client, query)}\n\`\`\``);
    }
  }
  return `# Lists at scale

Written by \`bench/scale/statements.ts\`: ${ALL_ROWS.toLocaleString('en')} next best actions, medians of ${ROUNDS} interleaved rounds, statements alone.

| list | ms | ratio |
| --- | --- | --- |
${rows.join('\n')}

## Plans

${plans.join('\n\n')}
`;
}

async function main(folder: string): Promise<void> {
  const given = process.env.DATABASE_URL;
  const embedded =
    given === undefined
      ? await startEmbeddedPostgres({ dataDir: join(folder, 'data') })
      : undefined;
  try {
    const url = given ?? embedded?.url ?? '';
    await migrate({ url, setting: 'DATABASE_URL' }, readEnv({}), schema, console);
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      const { rows } = await client.query('SELECT FROM next_best_actions LIMIT 1');
      if (rows.length === 0) await seed(client, (line) => console.error(line));
      await buildSearchIndex(client);
      await client.query('VACUUM (ANALYZE) next_best_actions');
      await writeFile('docs/scale.md', await measure(client));
    } finally {
      await client.end();
    }
  } finally {
    await embedded?.stop();
  }
}

await inOwnFolder(main);
