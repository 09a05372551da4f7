import fc from 'fast-check';
import { Client, type QueryResultRow } from 'pg';
import { type Logger } from 'pino';
import { uuidv7 } from 'uuidv7';
import { HorizonWatch } from '../src/feed/horizon-watch.js';
import { FEED_STATE, type FeedState } from '../src/feed/feed.sql.js';
import { FEED_START } from '../src/feed/feed-position.js';
import { LOGGER } from '../src/logging/logger.js';
import { TransactionRunner } from '../src/database/transactions/transaction-runner.js';
import { createTestApp, type TestApp } from './support/app.js';
import { eventually } from './support/eventually.js';
import { FeedClient, insertEvent, publish } from './support/feed.js';

/**
 * The horizon is that of the whole server: a test of another file may hold it for a moment. So what must be
 * seen is seen eventually; what must not be seen yet is a plain assertion.
 */
describe('the commit-ordered feed', () => {
  let app: TestApp;
  let runner: TransactionRunner;
  const clients: Client[] = [];
  beforeAll(async () => {
    app = await createTestApp();
    runner = app.get(TransactionRunner);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.end();
  });
  afterAll(() => app.close());

  const connect = async (name = 'a test'): Promise<Client> => {
    const client = new Client({ connectionString: app.database.url, application_name: name });
    await client.connect();
    clients.push(client);
    return client;
  };
  const untilSeen = (feed: FeedClient, ...notes: string[]) =>
    eventually(`the feed shows ${notes.join(', ')}`, async () => {
      await feed.drain();
      return notes.every((note) => feed.seen.includes(note));
    });
  /** A client that has read everything so far. */
  let read: string | undefined;
  const caughtUp = async (pageSize = 25): Promise<FeedClient> => {
    const feed = new FeedClient(app.api, { pageSize: 100 }, read);
    const mark = `mark ${Math.random()}`;
    await publish(runner, mark);
    await untilSeen(feed, mark);
    read = feed.cursor;
    return new FeedClient(app.api, { pageSize }, read);
  };

  it('misses no event that commits after younger ones, where a read by id does', async () => {
    const feed = await caughtUp();
    const slow = await connect();
    await slow.query('BEGIN');
    const late = await insertEvent(slow, 'late');
    await publish(runner, 'early 1', 'early 2');
    const byId = async (last: string) =>
      (
        await app.rows<{ id: string }>('SELECT id FROM ops_events WHERE id > $1 ORDER BY id', [
          last,
        ])
      ).map(({ id }) => id);

    const seenById = await byId(FEED_START.id);
    expect(await feed.drain()).toEqual([]);
    await slow.query('COMMIT');
    await publish(runner, 'after');

    expect(await byId(seenById.at(-1)!)).not.toContain(late);
    await untilSeen(feed, 'after');
    expect(feed.seen).toEqual(['late', 'early 1', 'early 2', 'after']);
  });

  it('shows each event exactly once, whatever the order in which transactions end', async () => {
    const writers = await Promise.all(Array.from({ length: 4 }, () => connect()));
    const step = fc.tuple(
      fc.constantFrom('write', 'write', 'commit', 'rollback', 'read'),
      fc.nat(writers.length - 1),
    );
    let count = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 10, maxLength: 40, size: 'max' }),
        async (steps) => {
          const feed = await caughtUp(5);
          const open = writers.map((): string[] | undefined => undefined);
          const committed: string[] = [];
          const end = async (index: number, how: 'COMMIT' | 'ROLLBACK') => {
            const written = open[index];
            if (!written) return;
            await writers[index]!.query(how);
            if (how === 'COMMIT') committed.push(...written);
            open[index] = undefined;
          };
          for (const [what, index] of steps) {
            if (what === 'read') await feed.page();
            else if (what === 'write') {
              if (!open[index]) await writers[index]!.query('BEGIN');
              const note = `event ${(count += 1)}`;
              await insertEvent(writers[index]!, note);
              open[index] = [...(open[index] ?? []), note];
            } else await end(index, what === 'commit' ? 'COMMIT' : 'ROLLBACK');
          }
          for (const index of writers.keys()) await end(index, index % 2 ? 'COMMIT' : 'ROLLBACK');
          await publish(runner, `end ${count}`);
          await untilSeen(feed, `end ${count}`);
          expect(feed.seen.slice(0, -1).sort()).toEqual(committed.sort());
        },
      ),
      { numRuns: 15 },
    );
  });

  it('shows each event exactly once to a client that polls while many write at once', async () => {
    const feed = await caughtUp(7);
    const notes = Array.from({ length: 200 }, (_, index) => `at once ${index}`);
    const writing = new Set(notes);
    const written = notes.map(async (note) => {
      await publish(runner, note);
      writing.delete(note);
    });
    while (writing.size > 0) await feed.page();
    await Promise.all(written);
    await eventually('every event is shown', async () => {
      await feed.drain();
      return feed.seen.length >= notes.length;
    });
    expect(feed.seen.sort()).toEqual(notes.sort());
  });

  it('has a cursor on every page, also on an empty one, and says whether there is more', async () => {
    const feed = await caughtUp(2);
    const { items, pagination } = await feed.page();
    expect({ items, pagination }).toEqual({
      items: [],
      pagination: { pageSize: 2, hasNext: false, nextCursor: expect.any(String), gap: false },
    });
    await publish(runner, 'one', 'two', 'three');
    await eventually('the last is readable', async () => {
      const again = new FeedClient(app.api);
      return (await again.drain()).includes('three');
    });
    expect((await feed.page()).pagination.hasNext).toBe(true);
    expect((await feed.page()).pagination.hasNext).toBe(false);
    expect(feed.seen).toEqual(['one', 'two', 'three']);
  });

  it('begins with the events that are older than the order of commits', async () => {
    await app.rows(`
      INSERT INTO ops_events (id, level, event_key, request_id, created_at, epoch, xid)
      SELECT ('016f5e66-e800-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'info', 'nba.upsert',
        'old ' || n, '2020-01-01T00:00:00Z', 0, 0 FROM generate_series(1, 3) n`);
    const feed = new FeedClient(app.api, { pageSize: 2 });
    await feed.page();
    await feed.page();
    expect(feed.seen.slice(0, 3)).toEqual(['old 1', 'old 2', 'old 3']);
  });

  it('begins at a time with since, and ends at one with until', async () => {
    await publish(runner, 'before');
    const [{ now: since }] = (await app.rows<{ now: Date }>(
      `SELECT max(created_at) + interval '1 ms' AS now FROM ops_events`,
    )) as [{ now: Date }];
    await eventually('the clock goes on', () => Date.now() > since.getTime());
    const feed = new FeedClient(app.api, { since: since.toISOString() });
    await publish(runner, 'in time');
    await untilSeen(feed, 'in time');
    expect(feed.seen).toEqual(['in time']);

    const until = new FeedClient(app.api, { until: since.toISOString() });
    await untilSeen(until, 'before');
    expect(until.seen).not.toContain('in time');
    const { body } = await app.api
      .get('/api/ops-events', { until: since.toISOString() })
      .expect(200);
    expect(body.items[0].requestId).toBe('before');
  });

  it('since a time has the event of a transaction that began before it', async () => {
    const slow = await connect();
    await slow.query('BEGIN');
    await insertEvent(slow, 'first');
    await publish(runner, 'between');
    const since = new Date(Date.now() + 1);
    await eventually('the clock goes on', () => Date.now() > since.getTime());
    await slow.query(
      `INSERT INTO ops_events (id, level, event_key, request_id, created_at)
       VALUES ($1, 'info', 'nba.upsert', 'second', clock_timestamp())`,
      [uuidv7()],
    );
    await slow.query('COMMIT');
    const feed = new FeedClient(app.api, { since: since.toISOString() });
    await untilSeen(feed, 'second');
    expect(feed.seen).toEqual(['second']);
  });

  it.each([
    ['level', { level: 'warn' }, ['warned']],
    ['eventKey', { eventKey: 'risk.upsert' }, ['risky']],
    ['actorId', { actorId: '018F0000-0000-7000-8000-00000000000A' }, ['by somebody']],
    [
      'nextActionId',
      { nextActionId: '018f0000-0000-7000-8000-00000000000B' },
      ['about an NBA', 'again', 'of its job'],
    ],
    ['scope', { entityType: 'account', entityId: 'acme' }, ['of acme']],
    ['entityType alone', { entityType: 'review_stream' }, ['of reviews']],
    ['a scope in one parameter', { scope: 'account/acme' }, ['of acme']],
    ['a type of scopes', { scope: 'review_stream/*' }, ['of reviews']],
  ])('is filtered by %s in both orders', async (_, query, expected) => {
    await app.rows(`DELETE FROM ops_events WHERE request_id IN
      ('warned', 'risky', 'by somebody', 'about an NBA', 'again', 'of its job', 'of acme', 'of reviews')`);
    const nba = '018f0000-0000-7000-8000-00000000000b';
    const feed = await caughtUp();
    for (const [note, columns, values] of [
      ['warned', 'level', `'warn'`],
      ['risky', 'level, event_key', `'info', 'risk.upsert'`],
      ['by somebody', 'actor_id', `'018f0000-0000-7000-8000-00000000000a'`],
      ['about an NBA', 'source_type, source_id', `'next_action', '${nba}'`],
      ['again', 'source_type, source_id', `'next_action', '${nba}'`],
      ['of its job', 'source_type, meta', `'job', '{"nextActionId": "${nba}"}'`],
      ['of acme', 'entity_type, entity_id', `'account', 'acme'`],
      ['of reviews', 'entity_type, entity_id', `'review_stream', 'review_stream'`],
    ] as const) {
      const rest = (['level', 'event_key'] as const).filter((name) => !columns.includes(name));
      const defaults = { level: `'info'`, event_key: `'nba.upsert'` };
      await app.rows(
        `INSERT INTO ops_events (${[columns, ...rest].join(', ')}, id, request_id, created_at)
         VALUES (${[values, ...rest.map((name) => defaults[name])].join(', ')}, $1, $2, now())`,
        [uuidv7(), note],
      );
    }
    await untilSeen(feed, 'of reviews');
    const filtered = new FeedClient(app.api, query);
    expect(await filtered.drain()).toEqual(expected);
    expect((await filtered.page()).items).toEqual([]);
    const { body } = await app.api.get('/api/ops-events', query).expect(200);
    expect(body.items.map((event: { requestId: string }) => event.requestId)).toEqual(
      [...expected].reverse(),
    );
  });

  it('shows an event with the same fields in both orders', async () => {
    const feed = await caughtUp();
    await publish(runner, 'same fields');
    let asc: unknown;
    await eventually('it is shown', async () => {
      [asc] = (await feed.page()).items;
      return asc !== undefined;
    });
    const { body } = await app.api.get('/api/ops-events', { pageSize: 1 }).expect(200);
    expect(asc).toEqual(body.items[0]);
    expect(Object.keys(asc as object)).toEqual(Object.keys(body.items[0] as object));
  });

  it('reads on past what a filter leaves out, so that a poll does not look at it again', async () => {
    const feed = new FeedClient(app.api, { eventKey: 'nba.run' });
    await feed.drain();
    const { cursor } = feed;
    await publish(runner, 'left out');
    await eventually('the cursor moves', async () => {
      await feed.page();
      return feed.cursor !== cursor;
    });
    expect(feed.seen).toEqual([]);
  });

  it.each([
    ['order', { order: 'up' }],
    ['until', { until: 'tomorrow' }],
    ['level', { level: 'debug' }],
    ['actorId', { actorId: 'me' }],
    ['entityType', { entityType: 'Not snake' }],
    ['scope', { scope: 'account' }],
    ['scope', { scope: '*', entityType: 'account' }],
  ])('refuses a bad %s', async (field, query) => {
    const { body } = await app.api.get('/api/ops-events', query).expect(400);
    expect(body.errors.map((error: { field: string }) => error.field)).toContain(field);
  });

  it('refuses a cursor of the other order or of other filters', async () => {
    const { cursor } = await caughtUp();
    for (const query of [{}, { order: 'asc', level: 'warn' }, { order: 'asc', pageSize: 0 }]) {
      await app.api.get('/api/ops-events', { ...query, cursor }).expect(400);
    }
    await app.api.get('/api/ops-events', { order: 'asc', cursor, pageSize: 3 }).expect(200);
  });

  it('continues with the oldest event on record where the retention was faster, and says so once', async () => {
    const feed = await caughtUp();
    await publish(runner, 'dropped', 'kept');
    const probe = new FeedClient(app.api);
    await untilSeen(probe, 'kept');
    await app.rows(`DELETE FROM ops_events WHERE id < (
      SELECT id FROM ops_events WHERE request_id = 'kept')`);
    const { items, pagination } = await feed.page();
    expect(items.map(({ requestId }) => requestId)).toEqual(['kept']);
    expect(pagination.gap).toBe(true);
    await publish(runner, 'next');
    await untilSeen(feed, 'next');
    const gaps = await Promise.all([feed.page(), feed.page()]);
    expect(gaps.map((page) => page.pagination.gap)).toEqual([false, false]);
  });

  describe('while a transaction is open', () => {
    const stateNow = async (): Promise<FeedState> => {
      const [state] = await runner.query<FeedState & QueryResultRow>(FEED_STATE, [FEED_START.id]);
      return state!;
    };

    it('goes on if it has no id, however old its snapshot is', async () => {
      const feed = await caughtUp();
      const reading = await connect();
      await reading.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
      await reading.query('SELECT count(*) FROM ops_events');
      await publish(runner, 'beside a long read');
      await untilSeen(feed, 'beside a long read');
    });

    it('logs once which session holds it back for over 10 s, and when that is over', async () => {
      const holder = await connect('a forgotten session');
      const { rows } = await holder.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const { pid } = rows[0]!;
      await holder.query('BEGIN');
      await insertEvent(holder, 'held');
      const watch = new HorizonWatch(runner, app.nest.get<Logger>(LOGGER, { strict: false }));
      const lines = () => app.logs().filter((line) => line.pid === pid);
      let now = Date.now();
      const holds = async () => {
        const state = await stateNow();
        const { rows: own } = await holder.query<{ xid: string }>(
          'SELECT pg_current_xact_id()::text AS xid',
        );
        return state.xmin === own[0]!.xid;
      };
      await eventually('no other test holds the horizon', holds);
      await publish(runner, 'held back');

      watch.note(await stateNow(), now);
      watch.note(await stateNow(), (now += 9999));
      await new Promise(setImmediate);
      expect(lines()).toEqual([]);
      for (let poll = 0; poll < 3; poll++) watch.note(await stateNow(), (now += 5000));
      await eventually('the holder is logged', () => lines().length > 0);
      expect(lines()).toEqual([
        expect.objectContaining({
          level: 'warn',
          applicationName: 'a forgotten session',
          state: expect.stringMatching(/^idle in transaction$|^active$/),
          ageMs: expect.any(Number),
          database: new URL(app.database.url).pathname.slice(1),
        }),
      ]);

      await holder.query('COMMIT');
      watch.note(await stateNow(), now + 5000);
      expect(app.logs()).toContainEqual(
        expect.objectContaining({
          level: 'info',
          msg: 'the event feed is no longer held back',
          heldMs: 29_999,
        }),
      );
    });
  });
});
