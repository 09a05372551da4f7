import { Client } from 'pg';
import { claimStatement } from '../src/jobs/queue/claim.sql.js';
import { RECORD_HEARTBEATS, SUCCEED } from '../src/jobs/queue/jobs.sql.js';
import { JOB_TYPES } from '../src/jobs/handlers/job-types.js';
import { staleHeartbeatBefore } from '../src/jobs/api/job-health.js';
import { FETCH_RISK_CONTEXT, riskContextValues } from '../src/risk/risk-context.sql.js';
import { FETCH_SCORE_CONTEXT } from '../src/scoring/scoring.sql.js';
import { type JobFilter, listQuery } from '../src/jobs/api/jobs.list.js';
import { SYSTEM_ACTOR } from '../src/kernel/actor.js';
import { visibleRows } from '../src/kernel/grants.js';
import { windowValues } from '../src/work-items/work-item-facts.sql.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';

const BACKLOG = 50_000;
const SCOPE = { entityType: 'account', entityId: 'acme' };
const WORKER = '01a20c77-ddc6-7a74-ac83-f744b825647c';

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly 'Temp Written Blocks': number;
  readonly 'Relation Name'?: string;
  readonly 'Subplan Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

const pagesOf = (node: PlanNode): number => node['Shared Hit Blocks'] + node['Shared Read Blocks'];
const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

describe('the statements of the queue', () => {
  let database: TestDatabase;
  let client: Client;
  const enqueue = (count: number, fields = `'account', 'acme'`) =>
    client.query(
      `INSERT INTO jobs (id, type, payload, entity_type, entity_id, dedupe_key, run_after, created_at)
       SELECT gen_random_uuid(), 'score.compute', '{"entityType": "account", "entityId": "acme"}',
         ${fields}, gen_random_uuid(), now(), now() FROM generate_series(1, $1)`,
      [count],
    );
  beforeEach(async () => {
    database = await createTestDatabase();
    client = new Client({ connectionString: database.url });
    await client.connect();
    // As it is after many executions: the plan of a prepared statement, without the values.
    await client.query(`SET plan_cache_mode = force_generic_plan`);
  });
  afterEach(async () => {
    await client.end();
    await database.drop();
  });

  /** The plan of a prepared statement with what it read, from memory: the first run warms it up. */
  async function explain(text: string, values: readonly (Date | string | string[])[]) {
    const literals = values.map((value) => {
      if (Array.isArray(value)) return client.escapeLiteral(`{${value.join(',')}}`);
      return client.escapeLiteral(value instanceof Date ? value.toISOString() : value);
    });
    await client.query(`PREPARE explained AS ${text}`);
    const run = `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE explained (${literals.join(', ')})`;
    await client.query(`BEGIN; ${run}; ROLLBACK`);
    await client.query('BEGIN');
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(run);
    await client.query('ROLLBACK; DEALLOCATE explained');
    return rows[0]!['QUERY PLAN'][0].Plan;
  }

  /** Every type, the one with the backlog last. */
  const types = Object.keys(JOB_TYPES).reverse();
  const claim = (wanted: string[]) => explain(claimStatement(4).text, [wanted, WORKER]);
  const findOf = (plan: PlanNode) =>
    nodesOf(plan).find((node) => node['Subplan Name'] === 'CTE due')!;

  it.each([
    ['of the backlog', 'ANALYZE jobs'],
    ['of a table that was empty', 'SELECT 1'],
  ])(
    'claim 4 of 50,000 due jobs without reading the others, with statistics %s',
    async (...row) => {
      await client.query('ANALYZE jobs');
      await enqueue(BACKLOG);
      await client.query(row[1]);
      expect(types.at(-1)).toBe('score.compute');
      const plan = await claim(types);
      const find = findOf(plan);
      expect(find['Actual Rows']).toBe(4);
      expect(pagesOf(findOf(await claim(['score.compute'])))).toBeLessThanOrEqual(20);
      // A type without jobs costs the way down its index.
      expect(pagesOf(find)).toBeLessThanOrEqual(20 + 3 * (types.length - 1));
      const nodes = nodesOf(plan);
      const kinds = nodes.map((node) => node['Node Type']);
      expect(kinds).not.toContain('Seq Scan');
      expect(kinds).not.toContain('Sort');
      const read = nodes.filter((node) => node['Relation Name'] === 'jobs');
      for (const node of read) expect(node['Actual Rows'] * node['Actual Loops']).toBeLessThan(20);
      expect(plan['Temp Written Blocks']).toBe(0);
    },
  );

  describe('while 5,000 jobs run that the statistics do not know', () => {
    const RUNNING = 5000;
    let running: string[];
    beforeEach(async () => {
      await enqueue(RUNNING);
      await client.query('VACUUM (ANALYZE) jobs');
      const { rows } = await client.query<{ id: string }>(
        `UPDATE jobs SET state = 'running', attempts = 1, worker_id = $1, started_at = now(),
           heartbeat_at = now() RETURNING id`,
        [WORKER],
      );
      running = rows.slice(0, 4).map(({ id }) => id);
    });

    it('claim jobs with keys without reading those that run', async () => {
      await enqueue(10);
      const find = findOf(await claim(['score.compute']));
      expect(find['Actual Rows']).toBe(4);
      const read = nodesOf(find).filter((node) => node['Relation Name'] === 'jobs');
      expect(read).toHaveLength(2);
      for (const node of read) {
        expect(node['Actual Rows'] * node['Actual Loops']).toBeLessThanOrEqual(4);
      }
    });

    it.each([
      ['results', SUCCEED],
      ['heartbeats', RECORD_HEARTBEATS],
    ])('record %s by the ids of their jobs', async (_, { text }) => {
      const plan = await explain(text, [running, running.map(() => '1')]);
      const read = nodesOf(plan).filter((node) => 'Index Name' in node);
      expect(read).toMatchObject([
        { 'Index Name': 'pk_jobs', 'Actual Rows': 1, 'Actual Loops': 4 },
      ]);
    });

    it('plan them once', async () => {
      await client.query(`SET plan_cache_mode = auto`);
      const values = [running, running.map(() => 1)];
      for (const statement of [SUCCEED, RECORD_HEARTBEATS]) {
        for (let time = 1; time <= 10; time++) await client.query({ ...statement, values });
      }
      const { rows } = await client.query(
        `SELECT custom_plans::int AS custom FROM pg_prepared_statements WHERE name = ANY($1)`,
        [[SUCCEED.name, RECORD_HEARTBEATS.name]],
      );
      expect(rows).toEqual([{ custom: 5 }, { custom: 5 }]);
    });
  });

  it('read no more for a score or a risk run when 50,000 jobs of the scope wait', async () => {
    const now = new Date('2026-11-28T12:00:00Z');
    const { text } = FETCH_SCORE_CONTEXT;
    const score = [...windowValues(SCOPE, now), staleHeartbeatBefore(now)] as (Date | string)[];
    const risk = riskContextValues(SCOPE, now) as (Date | string)[];
    const pages = async () => ({
      score: pagesOf(await explain(text, score)),
      risk: pagesOf(await explain(FETCH_RISK_CONTEXT.text, risk)),
    });
    await enqueue(100);
    await client.query('VACUUM (ANALYZE) jobs');
    const few = await pages();
    await enqueue(BACKLOG);
    await client.query('VACUUM (ANALYZE) jobs');
    const many = await pages();
    expect(many.score).toBeLessThanOrEqual(few.score);
    expect(many.risk).toBeLessThanOrEqual(few.risk);
  });

  it.each([
    ['of a state', { state: 'waiting' }],
    ['of a type', { type: 'risk.run_rules' }],
    ['of a next best action', { nextActionId: WORKER }],
    ['of a scope', { scope: 'account/few' }],
    ['of all', {}],
  ])(
    'list a page %s without reading the others',
    async (_, { scope, ...rest }: Record<string, string>) => {
      await enqueue(BACKLOG);
      await client.query(
        `UPDATE jobs SET state = 'waiting', type = 'risk.run_rules', next_action_id = $1, entity_id = 'few'
       WHERE id IN (SELECT id FROM jobs LIMIT 30)`,
        [WORKER],
      );
      await client.query('VACUUM (ANALYZE) jobs');
      const { statement, values } = listQuery(
        { ...(rest as Partial<JobFilter>), visible: visibleRows({ scope }, SYSTEM_ACTOR) },
        { limit: 26 },
      );
      const plan = await explain(statement.text, values.map(String));
      expect(plan['Actual Rows']).toBe(26);
      expect(pagesOf(plan)).toBeLessThan(200);
    },
  );
});
