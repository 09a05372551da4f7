import { Client } from 'pg';
import { SYSTEM_ACTOR } from '../src/kernel/actor.js';
import { scopesToRead } from '../src/kernel/grants.js';
import { dismissedRulesQuery } from '../src/next-actions/rules/proposals.sql.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { planOf } from './support/plans.js';

/** What rules suggested in over a year: a twentieth of it dismissed, the rest closed otherwise. */
const SEED = `
  INSERT INTO next_best_actions (id, title, priority, score, status, origin, created_by_rule,
    entity_type, entity_id, created_at, dismissed_at)
  SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3)
      || '8' || substr(md5(n::text), 4, 15))::uuid,
    'Call', 'medium', 50, CASE WHEN n % 20 = 0 THEN 'dismissed' ELSE 'expired' END, 'rule',
    'retention_overdue', 'account', CASE WHEN n % 2 = 0 THEN 'large' ELSE 'a' || n % 1000 END,
    at, CASE WHEN n % 20 = 0 THEN at END
  FROM (SELECT n, now() - n * interval '15 minutes' AS at FROM generate_series(1, 40000) AS n) AS made`;

describe('the plan of proposals', () => {
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

  it.each(['account/large', 'account/*', '*'])('over %s reads by index alone', async (scope) => {
    const { statement, values } = dismissedRulesQuery(scopesToRead({ scope }, SYSTEM_ACTOR));
    const rows = async (text: string, bound?: unknown[]) => (await client.query(text, bound)).rows;
    const plan = await planOf({ rows }, statement.text, values);
    expect(plan).toContain('ix_next_best_actions_dismissed');
    expect(plan).toContain('ix_next_best_actions_suggested');
    expect(plan).not.toContain('Seq Scan on next_best_actions');
  });
});
