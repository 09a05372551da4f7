import { Client } from 'pg';
import { uuidv7 } from 'uuidv7';
import { FeedEpochs } from '../src/feed/feed-epochs.js';
import { TransactionRunner } from '../src/database/transactions/transaction-runner.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { eventually } from './support/eventually.js';
import { FeedClient, publish } from './support/feed.js';

const FAR_AHEAD = '1000000000000';

describe('a database that was restored from another cluster', () => {
  let database: TestDatabase;
  let app: TestApp;
  let client: Client;
  beforeEach(async () => {
    database = await createTestDatabase();
    client = new Client({ connectionString: database.url });
    await client.connect();
  });
  afterEach(async () => {
    await client.end();
    await app.close();
    await database.drop();
  });

  const restore = async (note: string, epoch: number, xid: string): Promise<void> => {
    await client.query(
      `INSERT INTO ops_events (id, level, event_key, request_id, created_at, epoch, xid)
       VALUES ($1, 'info', 'nba.upsert', $2, now(), $3, $4)`,
      [uuidv7(), note, epoch, xid],
    );
  };
  const epochs = async () =>
    (
      await client.query<{ epoch: number }>('SELECT epoch FROM feed_epochs ORDER BY epoch')
    ).rows.map(({ epoch }) => epoch);
  const start = async () => {
    app = await createTestApp({ database });
  };
  const untilSeen = (feed: FeedClient, note: string) =>
    eventually(`${note} is shown`, async () => (await feed.drain()).includes(note));

  it('shows the events of before, then those of now, where their transactions were ahead', async () => {
    await restore('restored 1', 1, FAR_AHEAD);
    await restore('restored 2', 1, `${FAR_AHEAD}1`);
    await start();
    expect(await epochs()).toEqual([1, 2]);
    const feed = new FeedClient(app.api);
    expect(await feed.drain()).toEqual(['restored 1', 'restored 2']);
    await publish(app.get(TransactionRunner), 'new');
    await untilSeen(feed, 'new');
    expect(feed.seen).toEqual(['restored 1', 'restored 2', 'new']);
    expect(app.logs()).toContainEqual(
      expect.objectContaining({ level: 'info', epoch: 2, msg: expect.stringContaining('cluster') }),
    );
  });

  it('has a new epoch where the cluster is another one, although its transactions were behind', async () => {
    await client.query(`UPDATE feed_epochs SET cluster = '7000000000000000000/00000001'`);
    await restore('restored', 1, '5');
    await start();
    expect(await epochs()).toEqual([1, 2]);
    // A client read further in the old cluster than the dump goes.
    const feed = new FeedClient(app.api);
    expect(await feed.drain()).toEqual(['restored']);
    await publish(app.get(TransactionRunner), 'new');
    await untilSeen(feed, 'new');
    const { rows } = await client.query(`SELECT epoch FROM ops_events WHERE request_id = 'new'`);
    expect(rows).toEqual([{ epoch: 2 }]);
  });

  it('goes past the epochs of events and cursors that came without the rest', async () => {
    await restore('restored', 7, '5');
    await client.query(
      `INSERT INTO feed_cursors (name, epoch, xid, id) VALUES ('consumer', 9, 5, $1)`,
      [uuidv7()],
    );
    await start();
    expect(await epochs()).toEqual([1, 10]);
  });

  it('keeps its epoch in the cluster that wrote the events', async () => {
    await start();
    await publish(app.get(TransactionRunner), 'one', 'two');
    expect(await app.get(FeedEpochs).begin()).toBe(1);
    expect(await epochs()).toEqual([1]);
  });

  it('begins one epoch when several processes start at once, while others write', async () => {
    await start();
    await restore('restored', 1, FAR_AHEAD);
    const begins = Array.from({ length: 5 }, () => app.get(FeedEpochs).begin());
    const writes = Array.from({ length: 5 }, (_, index) =>
      publish(app.get(TransactionRunner), `beside ${index}`),
    );
    expect(new Set(await Promise.all(begins))).toEqual(new Set([2]));
    await Promise.all(writes);
    expect(await epochs()).toEqual([1, 2]);
  });

  it('begins an epoch for a role that may only read and change rows', async () => {
    await start();
    await restore('restored', 1, FAR_AHEAD);
    await client.query('DROP ROLE IF EXISTS feed_dml_only');
    await client.query('CREATE ROLE feed_dml_only');
    await client.query(
      'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO feed_dml_only',
    );
    await client.query('SET ROLE feed_dml_only');
    try {
      const { rows } = await client.query('SELECT * FROM feed_begin_epoch()');
      expect(rows).toEqual([{ current_epoch: 2, began: true }]);
    } finally {
      await client.query('RESET ROLE');
      await client.query('DROP OWNED BY feed_dml_only');
      await client.query('DROP ROLE feed_dml_only');
    }
  });
});
