import { Client } from 'pg';
import { type Statement } from '../src/database/connections/statement.js';
import { CLAIM, FIND_CLAIMABLE } from '../src/webhooks/deliveries/claim.sql.js';
import { FIND_ABANDONED } from '../src/webhooks/deliveries/results.sql.js';
import { SYSTEM_ACTOR } from '../src/kernel/actor.js';
import { deliveriesQuery } from '../src/webhooks/api/deliveries.list.js';
import { createTestApp, type TestApp } from './support/app.js';
import { addEndpoint } from './support/webhooks.js';

/** What a plan read. */
interface PlanNode {
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
}

/** Far fewer than the backlog has. */
const MOST_PAGES = 200;

describe('the queue of webhooks with a long backlog', () => {
  let app: TestApp;
  let client: Client;
  let ids: string[];
  beforeAll(async () => {
    app = await createTestApp({ env: { WORKER: 'false' } });
    ids = await Promise.all(
      ['dead', 'waiting', 'live', 'settled'].map((name) =>
        addEndpoint(app, { url: `https://${name}.example.com` }),
      ),
    );
    // 20,000 due ones of an endpoint that fails, and as many that wait for their next try.
    await app.rows(
      `INSERT INTO webhook_deliveries (id, endpoint_id, event_id, event_key, message_id, body, next_try_at)
       SELECT gen_random_uuid(), CASE WHEN n <= 20000 THEN $1::uuid ELSE $2::uuid END,
         gen_random_uuid(), 'nba.upsert', 'msg_' || n, repeat('x', 400),
         now() + CASE WHEN n <= 20000 THEN interval '-1 hour' ELSE interval '1 hour' END
       FROM generate_series(1, 40000) n`,
      [ids[0], ids[1]],
    );
    // And 20,000 that were delivered.
    await app.rows(
      `INSERT INTO webhook_deliveries (id, endpoint_id, event_id, event_key, message_id, body, state)
       SELECT gen_random_uuid(), $1, gen_random_uuid(), 'nba.upsert', 'msg_' || n, repeat('x', 400),
         'delivered'
       FROM generate_series(1, 20000) n`,
      [ids[3]],
    );
    await app.rows(`UPDATE webhook_endpoints SET failures = 100 WHERE id = $1`, [ids[0]]);
    await app.rows('VACUUM ANALYZE webhook_deliveries');
    client = new Client({ connectionString: app.database.url });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await app.close();
  });

  const pagesOf = async ({ text }: Statement, values: readonly unknown[], mode: string) => {
    await client.query('BEGIN');
    try {
      await client.query(`SET LOCAL plan_cache_mode = ${mode}`);
      const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>({
        text: `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`,
        values: [...values],
      });
      const [{ Plan: plan }] = rows[0]!['QUERY PLAN'];
      expect(JSON.stringify(plan)).not.toMatch(
        /"Node Type":"Seq Scan"[^{}]*"Relation Name":"webhook_deliveries"/,
      );
      return plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
    } finally {
      await client.query('ROLLBACK');
    }
  };

  it.each(['force_custom_plan', 'force_generic_plan'])(
    'is looked at and claimed from without reading it (%s)',
    async (mode) => {
      for (const [statement, values] of [
        [FIND_CLAIMABLE, []],
        [FIND_ABANDONED, []],
        [CLAIM, [ids, 32, 16, 25_000]],
      ] as const) {
        const pages = await pagesOf(statement, values, mode);
        expect({ name: statement.name, few: pages < MOST_PAGES, pages }).toMatchObject({
          few: true,
        });
      }
    },
  );

  it.each(['force_custom_plan', 'force_generic_plan'])(
    'is listed by state without reading what has another one (%s)',
    async (mode) => {
      for (const [endpoint, state] of [
        [ids[0], 'failed'],
        [ids[3], 'pending'],
      ] as const) {
        const { statement, values } = deliveriesQuery(endpoint!, { state }, SYSTEM_ACTOR, {
          limit: 26,
        });
        const pages = await pagesOf(statement, values, mode);
        expect({ state, few: pages < MOST_PAGES, pages }).toMatchObject({ few: true });
      }
    },
  );
});
