import { Client } from 'pg';
import { SYSTEM_ACTOR } from '../src/kernel/actor.js';
import { scopesToRead } from '../src/kernel/grants.js';
import {
  listQueries,
  type NextActionFilter,
  type NextActionView,
} from '../src/next-actions/model/next-actions.list.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';

/** Rows of the desk that the plans are of: most in one scope, half of them closed, and many small scopes. */
const ROWS = 40_000;
const USER = '00000000-0000-7000-8000-000000000001';
const SEED = `
  INSERT INTO next_best_actions (id, title, search_text, priority, score, status, source_type,
    created_by_rule, assignee_id, snoozed_until, entity_type, entity_id, created_at)
  SELECT gen_random_uuid(), 'Title ' || md5(n::text), 'title ' || md5(n::text)
      || CASE WHEN n % 2000 = 0 THEN ' northwind' ELSE '' END,
    (ARRAY['low', 'medium', 'high', 'critical'])[1 + n / 4 % 4], n % 101,
    CASE WHEN n % 2 = 0 THEN 'queued' ELSE 'done' END, 'source_' || n % 200, 'rule_' || n % 200,
    CASE WHEN n % 400 = 0 THEN '${USER}'::uuid END,
    CASE WHEN n % 20 = 0 THEN now() + interval '1 day' END,
    CASE WHEN n % 4 = 0 THEN 'account' ELSE 'desk' END,
    CASE WHEN n % 4 = 0 THEN 'a' || n % 1000 ELSE 'large' END, now() - n * interval '1 second'
  FROM generate_series(1, ${ROWS}) AS n`;

interface Plan {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
const scopesOf = (scope: string) => scopesToRead({ scope }, SYSTEM_ACTOR);

describe('the plan of a list', () => {
  let database: TestDatabase;
  let client: Client;
  beforeAll(async () => {
    database = await createTestDatabase();
    client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query(SEED);
    await client.query('VACUUM (ANALYZE) next_best_actions');
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  /** The nodes of a plan, and how many rows its scans read, with those that a filter left out. */
  async function planOf({ statement, values }: { statement: { text: string }; values: unknown[] }) {
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
      `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${statement.text}`,
      values,
    );
    const nodes = nodesOf(rows[0]!['QUERY PLAN'][0].Plan);
    const scans = nodes.filter((node) => node['Node Type'].includes('Scan'));
    const read = scans.map(
      (node) =>
        (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
    );
    return {
      indexes: [...new Set(scans.flatMap((node) => node['Index Name'] ?? []))],
      types: nodes.map((node) => node['Node Type']),
      read: Math.max(...read),
    };
  }

  const queued = { statuses: ['queued'] } as const;
  const large = { scopes: scopesOf('desk/large') };
  const accounts = { scopes: scopesOf('account/*') };
  const all = { scopes: scopesOf('*') };
  const SCOPE = 'ix_next_best_actions_scope';
  const TYPE = 'ix_next_best_actions_type';

  it.each([
    ['a scope', { ...large, ...queued }, {}, [SCOPE]],
    ['a scope without a status', large, {}, [SCOPE]],
    ['a scope by several states', { ...large, statuses: ['queued', 'done'] }, {}, [SCOPE]],
    ['a scope by priority', { ...large, ...queued, priority: 'low' }, {}, [SCOPE]],
    ['a scope by priority without a status', { ...large, priority: 'low' }, {}, [SCOPE]],
    [
      'a scope by source',
      { ...large, ...queued, sourceType: 'source_6' },
      {},
      ['ix_next_best_actions_source'],
    ],
    [
      'a scope by rule',
      { ...large, ...queued, ruleKey: 'rule_6' },
      {},
      ['ix_next_best_actions_rule'],
    ],
    ['an assignee', { ...all, ...queued, assigneeId: USER }, {}, ['ix_next_best_actions_assignee']],
    [
      'a scope, the newest first',
      { ...large, ...queued },
      { sort: '-createdAt' },
      ['ix_next_best_actions_created'],
    ],
    [
      'a scope without a status, the newest first',
      large,
      { sort: '-createdAt' },
      ['ix_next_best_actions_created'],
    ],
    [
      'what is snoozed, the soonest first',
      { ...large, ...queued, snoozed: 'only' },
      { sort: 'snoozedUntil' },
      ['ix_next_best_actions_snoozed'],
    ],
    ['all scopes of a type', { ...accounts, ...queued }, {}, [TYPE]],
    ['all scopes of a type without a status', accounts, {}, [TYPE]],
    ['all scopes', { ...all, ...queued }, {}, [TYPE]],
    ['all scopes without a status', all, {}, [TYPE]],
  ] as [string, NextActionFilter, NextActionView, string[]][])(
    'of %s reads a page in its order from its index',
    async (_, filter, view, indexes) => {
      const positions: Record<string, readonly (string | number)[]> = {
        '-createdAt': [new Date().toISOString(), USER],
        snoozedUntil: ['2026-01-01T00:00:00.000Z', USER],
      };
      const after = positions[view.sort ?? ''] ?? [50, new Date().toISOString(), USER];
      for (const start of [{ limit: 26 }, { limit: 26, after }]) {
        const { page } = listQueries(filter, start, view);
        const plan = await planOf(page);
        // A state that has no rows is looked up in any index.
        expect(plan.indexes).toEqual(expect.arrayContaining(indexes));
        expect(plan.types).not.toContain('Seq Scan');
        expect(plan.read).toBeLessThan(600);
      }
    },
  );

  it.each([
    ['a scope', { ...large, ...queued }],
    ['a scope without a status', large],
    ['all scopes of a type', { ...accounts, ...queued }],
    ['all scopes', all],
    ['a scope by priority', { ...large, ...queued, priority: 'low' }],
  ] as [string, NextActionFilter][])(
    'of %s reads little more than it counts',
    async (_, filter) => {
      const { total } = listQueries(filter, { limit: 26 });
      const { types, read } = await planOf(total(501));
      expect(types).toContain('Index Only Scan');
      expect(types).not.toContain('Seq Scan');
      expect(read).toBeLessThan(1000);
    },
  );

  it('of a count reads no table for a state and priority that the scope does not have', async () => {
    const filter = { ...large, statuses: ['dismissed'], priority: 'low' } as const;
    const { types, read } = await planOf(listQueries(filter, { limit: 26 }).total(501));
    expect([types.includes('Seq Scan'), read]).toEqual([false, 0]);
  });

  it('of a search for a rare word reads the trigram index, once', async () => {
    const { search } = listQueries({ ...large, ...queued, search: 'northwind' }, { limit: 26 });
    const { indexes, types } = await planOf(search!.found(1001));
    expect(indexes).toContain('ix_next_best_actions_search');
    expect(types.filter((type) => type === 'Bitmap Heap Scan')).toHaveLength(1);
    expect(types).not.toContain('Seq Scan');
  });

  it('of a search for a common word reads the list in its order', async () => {
    const { page } = listQueries({ ...large, ...queued, search: 'title' }, { limit: 26 });
    const { indexes, read } = await planOf(page);
    expect(indexes).toEqual([SCOPE]);
    expect(read).toBeLessThan(600);
  });
});
