import { SearchIndex } from '../src/database/search/search-index.js';
import { SYSTEM_ACTOR } from '../src/kernel/actor.js';
import { scopesToRead } from '../src/kernel/grants.js';
import { listQueries } from '../src/work-items/work-items.list.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { planOf } from './support/plans.js';

jest.setTimeout(120_000);

const INDEX = 'ix_work_items_search';
/** As an earlier version stored them; one in 5000 is of Ägypten. */
const ITEMS = `
  INSERT INTO work_items (id, kind, external_id, entity_type, entity_id, state, is_open, priority, title,
    occurred_at)
  SELECT gen_random_uuid(), 'reminder', 'r-' || n, 'account', 'search', 'open', true, 'low',
    'Call ' || md5(n::text) || CASE WHEN n % 5000 = 0 THEN ' of ÄGYPTEN' ELSE '' END, now()
  FROM generate_series(1, 20000) AS n`;

describe('the search of work items', () => {
  let database: TestDatabase;
  let app: TestApp;
  beforeAll(async () => {
    database = await createTestDatabase();
    app = await createTestApp({ database, env: { WORKER: 'false' } });
    await app.rows(`DROP INDEX ${INDEX}`);
    await app.rows(ITEMS);
    await app.close();
    app = await createTestApp({ database, env: { WORKER: 'false' } });
    await app.get(SearchIndex).prepared;
    await app.rows('VACUUM (ANALYZE) work_items');
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it('finds what an earlier version stored, after a start', async () => {
    const { body } = await app.api
      .get('/api/work-items', { scope: 'account/search', search: 'ägypten' })
      .expect(200);
    expect(body.pagination).toMatchObject({ total: 4, totalIsExact: true });
    expect(await app.rows('SELECT id FROM work_items WHERE search_text IS NULL')).toEqual([]);
  });

  it('reads the trigram index that the start builds for a rare word', async () => {
    const scopes = scopesToRead({ scope: 'account/search' }, SYSTEM_ACTOR);
    const { page, total } = listQueries({ scopes, search: 'ägypten' }, { limit: 26 }, new Date());
    for (const { statement, values } of [page, total(10_001)]) {
      const plan = await planOf(app, statement.text, values);
      expect(plan).toContain(`Bitmap Index Scan on ${INDEX}`);
      expect(plan).not.toContain('Seq Scan');
      expect(statement.replanned).toBe(true);
    }
  });
});
