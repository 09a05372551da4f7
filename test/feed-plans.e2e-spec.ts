import { Client } from 'pg';
import { FEED_TIP, feedPage, feedScanEnd, filteredFeedPage } from '../src/feed/feed.sql.js';
import { FEED_START } from '../src/feed/feed-position.js';
import { FeedReader } from '../src/feed/feed-reader.js';
import { createTestApp, type TestApp } from './support/app.js';
import { FeedClient } from './support/feed.js';

describe('the commit-ordered feed of many events', () => {
  let app: TestApp;
  let client: Client;
  beforeAll(async () => {
    app = await createTestApp();
    client = new Client({ connectionString: app.database.url });
    await client.connect();
    await app.rows(`
      INSERT INTO ops_events (id, level, event_key, created_at, epoch, xid)
      SELECT ('016f5e66-e900-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'info', 'nba.upsert',
        '2020-01-01T00:00:00Z', 0, n FROM generate_series(1, 30000) n`);
    await app.rows('ANALYZE ops_events');
  });
  afterAll(async () => {
    await client.end();
    await app.close();
  });

  const planOf = async (
    { statement, values }: ReturnType<typeof feedPage>,
    mode: string,
  ): Promise<string> => {
    await client.query(`SET plan_cache_mode = ${mode}`);
    const { rows } = await client.query<{ 'QUERY PLAN': object }>({
      text: `EXPLAIN (ANALYZE, FORMAT JSON) ${statement.text}`,
      values,
    });
    return JSON.stringify(rows[0]!['QUERY PLAN']);
  };
  const middle = { epoch: 0, xid: '15000', id: FEED_START.id };
  const end = { epoch: 0, xid: '24999', id: FEED_START.id };

  it.each([
    ['a page', feedPage(middle, 26), 26],
    ['a filtered page', filteredFeedPage(middle, end, { eventKey: 'nba.run' }, 26), 10_000],
    ['where that ends', feedScanEnd(middle, { eventKey: 'nba.run' }), 10_000],
    ['the newest position', { statement: FEED_TIP, values: [] }, 1],
  ])('reads %s by its index, without a sort', async (_, query, most) => {
    for (const mode of ['force_custom_plan', 'force_generic_plan']) {
      const plan = await planOf(query, mode);
      // A partition's index has a name of its own.
      expect(plan).toMatch(/"Index Name":"\w*(ix_ops_events_feed|epoch_xid_id)\w*"/);
      // Two rows, each with a flag, are the end of a scan; nothing else is sorted.
      const sorts = [
        ...plan.matchAll(/"Node Type":"(?:Incremental )?Sort",.*?"Sort Key":\[(.*?)\]/g),
      ];
      expect(sorts.map(([, key]) => key).filter((key) => key !== '"(true) DESC"')).toEqual([]);
      const rows = [...plan.matchAll(/"Actual Rows":([\d.]+)/g)].map((at) => Number(at[1]));
      expect(Math.max(...rows)).toBeLessThanOrEqual(most);
    }
  });

  it('looks at a bounded number of events for a page of a filter', async () => {
    const page = await app.get(FeedReader).read({
      after: { epoch: 0, xid: '0', id: FEED_START.id },
      limit: 10,
      filter: { eventKey: 'nba.run' },
    });
    expect({ ...page, next: page.next.epoch }).toEqual({
      events: [],
      next: 0,
      more: true,
      gap: false,
    });
    const feed = new FeedClient(app.api, { eventKey: 'nba.run' });
    const answer = await feed.page();
    expect(answer).toMatchObject({ items: [], pagination: { hasNext: true } });
    await feed.drain();
  });
});
