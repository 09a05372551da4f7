/**
 * The statements behind scores, risk flags and next best actions, on a scope with a long history:
 * 10,000 open work items among 100,000, then among 1,000,000. Prints EXPLAIN (ANALYZE, BUFFERS) of each
 * and the pages that it touched. With DATABASE_URL it fills that database, which must be empty; without,
 * a throw-away one.
 *
 *   node --import @swc-node/register/esm-register bench/desk-statements.ts [--plans]
 */
import { join } from 'node:path';
import { Client } from 'pg';
import { uuidv7 } from 'uuidv7';
import { readEnv } from '../src/config/env.js';
import { migrate } from '../src/database/start/migrate.js';
import { startEmbeddedPostgres } from '../src/database/embedded/embedded-postgres.js';
import { type Statement } from '../src/database/transactions/transaction.js';
import { staleHeartbeatBefore } from '../src/jobs/api/job-health.js';
import {
  FETCH_NEXT_ACTION_CONTEXT,
  nextActionContextOf,
  type NextActionContextRow,
} from '../src/next-actions/rules/next-action-context.sql.js';
import { evaluateNextActionRules } from '../src/next-actions/rules/next-action-rules.js';
import { recordOf } from '../src/next-actions/rules/next-action-runs.service.js';
import { STORE_RUN } from '../src/next-actions/rules/next-action-runs.sql.js';
import { rankCandidates } from '../src/next-actions/rules/ranking.js';
import {
  FETCH_RISK_CONTEXT,
  riskContextOf,
  type RiskContextRow,
  riskContextValues,
} from '../src/risk/risk-context.sql.js';
import { UPSERT_FLAGS } from '../src/risk/risk-flags.sql.js';
import { evaluateRiskRules } from '../src/risk/risk-rules.js';
import { schema } from '../src/schema.js';
import { FETCH_SCORE_CONTEXT } from '../src/scoring/scoring.sql.js';
import { windowValues } from '../src/work-items/work-item-facts.sql.js';
import {
  closedStatesOf,
  openStatesOf,
  WORK_ITEM_KIND_NAMES,
} from '../src/work-items/work-item-kinds.js';
import { inOwnFolder } from './own-folder.js';

const SCOPE = { entityType: 'account', entityId: 'long history' };
const OPEN_ITEMS = 10_000;
const SIZES = [100_000, 1_000_000];
/** Queued actions that API clients made: a run must not read them. */
const API_ACTIONS = 100_000;
const PLANS = process.argv.includes('--plans');

interface Measured {
  readonly name: string;
  readonly pages: number;
  readonly ms: number;
}

interface Plan {
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
}

async function main(folder: string): Promise<void> {
  const given = process.env.DATABASE_URL;
  const dataDir = join(folder, 'data');
  const embedded = given === undefined ? await startEmbeddedPostgres({ dataDir }) : undefined;
  try {
    const url = given ?? embedded?.url ?? '';
    await migrate({ url: url, setting: 'DATABASE_URL' }, readEnv({}), schema, console);
    const client = new Client({ connectionString: url });
    await client.connect();
    await measureAll(client).finally(() => client.end());
  } finally {
    await embedded?.stop();
  }
}

async function measureAll(client: Client): Promise<void> {
  const table: Record<string, Record<string, string>> = {};
  await addApiActions(client);
  await addItems(client, 'open', OPEN_ITEMS);
  let closed = 0;
  for (const size of SIZES) {
    await addItems(client, 'closed', size - OPEN_ITEMS - closed, closed);
    closed = size - OPEN_ITEMS;
    await client.query('VACUUM (ANALYZE) work_items, next_best_actions');
    for (const { name, pages, ms } of await measure(client)) {
      const row = (table[name] ??= {});
      row[`${size} items: pages`] = String(pages);
      row[`${size} items: ms`] = ms.toFixed(1);
    }
  }
  console.table(table);
}

/** Items of every kind, in states that are all open or all closed, spread over the past 200 days. */
async function addItems(
  client: Client,
  which: 'open' | 'closed',
  count: number,
  from = 0,
): Promise<void> {
  const pairs = WORK_ITEM_KIND_NAMES.flatMap((kind) =>
    (which === 'open' ? openStatesOf(kind) : closedStatesOf(kind)).map((state) => [kind, state]),
  );
  await client.query(
    `INSERT INTO work_items (id, kind, external_id, entity_type, entity_id, state, is_open, priority,
       title, due_at, occurred_at, attributes)
     SELECT gen_random_uuid(), ($3::text[])[1 + n % $5], $6 || '-' || n, $1, $2,
       ($4::text[])[1 + n % $5], $6 = 'open', (ARRAY['low', 'medium', 'high', 'critical'])[1 + n % 4],
       'Item ' || n, CASE WHEN n % 5 > 0 THEN now() + (n % 200 - 150) * interval '1 day' END,
       now() - (n % 4800) * interval '1 hour', '{"note": "as other systems push them"}'
     FROM generate_series($7::int, $7::int + $8::int - 1) AS n`,
    [
      SCOPE.entityType,
      SCOPE.entityId,
      pairs.map(([kind]) => kind),
      pairs.map(([, state]) => state),
      pairs.length,
      which,
      from,
      count,
    ],
  );
}

async function addApiActions(client: Client): Promise<void> {
  await client.query(
    `INSERT INTO next_best_actions (id, title, priority, score, entity_type, entity_id, dedupe_key)
     SELECT gen_random_uuid(), 'Action ' || n, 'medium', n % 101, $1, $2, 'api:' || n
     FROM generate_series(1, $3::int) AS n`,
    [SCOPE.entityType, SCOPE.entityId, API_ACTIONS],
  );
}

/** Each statement as the services send it; twice, so that the second finds its pages in memory. */
async function measure(client: Client): Promise<Measured[]> {
  const now = new Date();
  const { entityType, entityId } = SCOPE;
  const riskValues = riskContextValues(SCOPE, now);
  const risk = await first<RiskContextRow>(client, FETCH_RISK_CONTEXT, riskValues);
  const flags = evaluateRiskRules(riskContextOf(SCOPE, now, risk)).map((flag) => ({
    id: uuidv7(),
    ...flag,
  }));
  const windows = windowValues(SCOPE, now);
  const row = await first<NextActionContextRow>(client, FETCH_NEXT_ACTION_CONTEXT, windows);
  const candidates = evaluateNextActionRules(nextActionContextOf(SCOPE, now, row));
  const actions = rankCandidates(candidates, now).map(recordOf);

  const statements: [string, Statement, unknown[]][] = [
    ['score: context', FETCH_SCORE_CONTEXT, [...windows, staleHeartbeatBefore(now)]],
    ['risk: context', FETCH_RISK_CONTEXT, riskValues],
    ['risk: flags', UPSERT_FLAGS, [entityType, entityId, JSON.stringify(flags), now]],
    ['next actions: context', FETCH_NEXT_ACTION_CONTEXT, windows],
    [
      'next actions: run',
      STORE_RUN,
      [entityType, entityId, JSON.stringify(actions), now, null, uuidv7(), 'nba:bench', null],
    ],
  ];
  const measured: Measured[] = [];
  for (const [name, statement, values] of statements) {
    await explain(client, statement, values);
    measured.push({ name, ...(await explain(client, statement, values, name)) });
  }
  return measured;
}

/** Runs a statement under EXPLAIN and rolls it back. */
async function explain(
  client: Client,
  { text }: Statement,
  values: unknown[],
  title?: string,
): Promise<{ pages: number; ms: number }> {
  const options = 'ANALYZE, BUFFERS, COSTS OFF, TIMING OFF';
  await client.query('BEGIN');
  const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan; 'Execution Time': number }] }>(
    `EXPLAIN (${options}, FORMAT JSON) ${text}`,
    values,
  );
  await client.query('ROLLBACK');
  if (PLANS && title !== undefined) {
    await client.query('BEGIN');
    const plan = await client.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN (${options}) ${text}`,
      values,
    );
    await client.query('ROLLBACK');
    console.log(`\n## ${title}\n${plan.rows.map((line) => line['QUERY PLAN']).join('\n')}`);
  }
  const [answer] = rows[0]?.['QUERY PLAN'] ?? [];
  if (!answer) throw new Error('EXPLAIN returned no plan.');
  const { Plan: plan } = answer;
  const pages = plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
  return { pages, ms: answer['Execution Time'] };
}

async function first<Row extends object>(
  client: Client,
  { text }: Statement,
  values: unknown[],
): Promise<Row> {
  const { rows } = await client.query<Row>(text, values);
  const [row] = rows;
  if (!row) throw new Error('A context returned no row.');
  return row;
}

await inOwnFolder(main);
