/**
 * The statements behind scores, risk flags and next best actions, on a scope with a long history:
 * 10,000 open work items among 100,000, then among 1,000,000. Writes the pages that each touched and its plan
 * into docs/desk-performance.md. With DATABASE_URL it fills that database, which must be empty; without, a
 * throw-away one.
 *
 *   node --import @swc-node/register/esm-register bench/desk-statements.ts
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
import { writeInto } from './document.js';
import { inOwnFolder } from './own-folder.js';
import { explain, withoutUnread } from './scale/explain.js';

const SCOPE = { entityType: 'account', entityId: 'long history' };
const OPEN_ITEMS = 10_000;
const SIZES = [100_000, 1_000_000];
/** Queued actions that API clients made: a run must not read them. */
const API_ACTIONS = 100_000;
const DOCUMENT = 'docs/desk-performance.md';

interface Measured {
  readonly name: string;
  readonly pages: number;
  readonly ms: number;
  readonly plan: string;
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
  const pages = new Map<string, string[]>();
  let plans: string[] = [];
  await addApiActions(client);
  await addItems(client, 'open', OPEN_ITEMS);
  let closed = 0;
  for (const size of SIZES) {
    await addItems(client, 'closed', size - OPEN_ITEMS - closed, closed);
    closed = size - OPEN_ITEMS;
    await client.query('VACUUM (ANALYZE) work_items, next_best_actions');
    plans = [];
    for (const { name, plan, ...measured } of await measure(client)) {
      const cells = [`${measured.pages}`, measured.ms.toFixed(1)];
      pages.set(name, [...(pages.get(name) ?? []), ...cells]);
      plans.push(`### ${name}\n\n\`\`\`\n${shortened(plan)}\n\`\`\``);
    }
  }
  const head = SIZES.flatMap((size) => [`pages at ${size.toLocaleString('en')} items`, 'ms']);
  const table = [
    ['statement', ...head],
    ['---', ...head.map(() => '---')],
  ];
  for (const [name, cells] of pages) table.push([name, ...cells]);
  const text = table.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  console.log(text);
  writeInto(DOCUMENT, 'pages', text);
  writeInto(DOCUMENT, 'plans', plans.join('\n\n'));
}

/** What says nothing of how much a statement reads. */
const UNINTERESTING =
  /^\s*(?:Index Searches|Planning|Execution Time|Sort Method|Storage|Buckets|Pre-sorted|Presorted|Full-sort|Heap Fetches: 0$|-> {2}Aggregate|Buffers: shared hit=1$)/;

/** A plan without uninteresting lines, casts and what was not executed. */
function shortened(plan: string): string {
  return withoutUnread(plan)
    .split('\nPlanning')[0]!
    .split('\n')
    .filter((line) => !UNINTERESTING.test(line))
    .map((line) =>
      line
        .replaceAll(/::(text\[\]|text|timestamp with time zone|uuid|interval)/g, '')
        .replaceAll(
          /\(\w*\.?entity_type = 'account'\) AND \(\w*\.?entity_id = '[^']*'\)/g,
          '(scope)',
        )
        .replaceAll('.00 loops=1)', ')')
        .slice(0, 170),
    )
    .join('\n');
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
    await explained(client, statement, values);
    measured.push({ name, ...(await explained(client, statement, values)) });
  }
  return measured;
}

/** Runs a statement under EXPLAIN and rolls it back. */
async function explained(
  client: Client,
  { text }: Statement,
  values: unknown[],
): Promise<Omit<Measured, 'name'>> {
  await client.query('BEGIN');
  try {
    const { plan, pages } = await explain(client, { statement: { name: '', text }, values });
    return { plan, pages, ms: Number(/Execution Time: ([\d.]+)/.exec(plan)?.[1]) };
  } finally {
    await client.query('ROLLBACK');
  }
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
