import { FeedPoller } from '../src/feed/feed-poller.js';
import { FeedReader } from '../src/feed/feed-reader.js';
import { type FeedConsumer } from '../src/feed/feed-consumer.js';
import { TransactionRunner } from '../src/database/transactions/transaction-runner.js';
import { createTestApp, type TestApp } from './support/app.js';
import { eventually } from './support/eventually.js';
import { publish, testEvent } from './support/feed.js';

/** Long, so that only the tests poll. */
const env = { FEED_POLL_MS: '60000' };
const STORE = { name: 'store', text: 'INSERT INTO consumed (consumer, note) VALUES ($1, $2)' };

describe('a consumer of the feed', () => {
  let app: TestApp;
  let other: TestApp;
  const stops: (() => void)[] = [];
  beforeAll(async () => {
    app = await createTestApp({ env });
    other = await createTestApp({ env, database: app.database });
    await app.rows('CREATE TABLE consumed (consumer text, note text, at bigserial)');
  });
  afterEach(() => {
    for (const stop of stops.splice(0)) stop();
  });
  afterAll(async () => {
    await other.close();
    await app.close();
  });

  /** Stores what it gets in the transaction of its cursor. */
  const storing = (
    name: string,
    options: Partial<FeedConsumer> & { readonly fail?: (note: string | null) => void } = {},
  ): FeedConsumer => ({
    name,
    from: 'now',
    batchSize: 3,
    ...options,
    consume: async (events, tx) => {
      for (const { requestId } of events) {
        await tx.execute(STORE, [name, requestId]);
        options.fail?.(requestId);
      }
    },
  });
  const consume = (on: TestApp, consumer: FeedConsumer) => {
    const stop = on.get(FeedPoller).consume(consumer);
    stops.push(stop);
    return stop;
  };
  const consumed = async (name: string) =>
    (
      await app.rows<{ note: string }>(
        'SELECT note FROM consumed WHERE consumer = $1 ORDER BY at',
        [name],
      )
    ).map(({ note }) => note);
  const untilConsumed = (name: string, count: number, ...apps: TestApp[]) =>
    eventually(`${name} has consumed ${count}`, async () => {
      await Promise.all(apps.map((on) => on.get(FeedPoller).poll()));
      return (await consumed(name)).length >= count;
    });
  const notes = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${prefix} ${index}`);

  it('gets every event once, in the order of commits, from its first poll on', async () => {
    await publish(app.get(TransactionRunner), 'before it came');
    await eventually('the event before is readable', async () => {
      const tip = await app.get(FeedReader).tip();
      const [row] = await app.rows<{ id: string }>('SELECT max(id::text) AS id FROM ops_events');
      return row!.id === tip.id;
    });
    consume(app, storing('new'));
    await app.get(FeedPoller).poll();
    const expected = notes('new', 10);
    await publish(app.get(TransactionRunner), ...expected);
    await untilConsumed('new', 10, app);
    await app.get(FeedPoller).poll();
    expect(await consumed('new')).toEqual(expected);
  });

  it('gets what is on record where it begins with the oldest', async () => {
    await publish(app.get(TransactionRunner), 'on record');
    consume(app, storing('oldest', { from: 'oldest' }));
    await eventually('it got it', async () => {
      await app.get(FeedPoller).poll();
      return (await consumed('oldest')).includes('on record');
    });
  });

  it('continues at its cursor after it was stopped', async () => {
    const stop = consume(app, storing('resumed'));
    await app.get(FeedPoller).poll();
    await publish(app.get(TransactionRunner), 'first');
    await untilConsumed('resumed', 1, app);
    stop();
    await publish(app.get(TransactionRunner), 'meanwhile');
    consume(other, storing('resumed'));
    await untilConsumed('resumed', 2, other);
    expect(await consumed('resumed')).toEqual(['first', 'meanwhile']);
  });

  it('gets each event once when two processes consume for it', async () => {
    consume(app, storing('shared'));
    consume(other, storing('shared'));
    await app.get(FeedPoller).poll();
    const expected = notes('shared', 40);
    const written = publish(app.get(TransactionRunner), ...expected);
    await untilConsumed('shared', 40, app, other);
    await written;
    expect(await consumed('shared')).toEqual(expected);
  });

  it('repeats a batch that failed, without what it stored before, and pauses first', async () => {
    let left = 2;
    const fail = (note: string | null) => {
      if (note === 'failing 4' && left-- > 0) throw new Error('password=s3same refused');
    };
    const before = await app.get(FeedReader).tip();
    consume(app, storing('failing', { fail }));
    await app.get(FeedPoller).poll();
    expect(before).toBeDefined();
    const expected = notes('failing', 6);
    await publish(app.get(TransactionRunner), ...expected);
    await untilConsumed('failing', 6, app);
    expect(await consumed('failing')).toEqual(expected);
    const failures = app.logs().filter((line) => line.consumer === 'failing');
    expect(failures).toMatchObject([
      { level: 'warn', failures: 1, err: { message: 'password=[redacted] refused' } },
      { level: 'warn', failures: 2 },
    ]);
  });

  it('gets only the events of its filter', async () => {
    consume(app, storing('filtered', { filter: { eventKey: 'nba.run' } }));
    await app.get(FeedPoller).poll();
    await publish(app.get(TransactionRunner), 'not for it');
    await app.get(TransactionRunner).run((tx) => {
      const scope = { entityType: 'account', entityId: 'a' };
      tx.publish('nba.run', {
        actorId: null,
        requestId: 'for it',
        sourceType: null,
        sourceId: null,
        status: 'success',
        meta: { ...scope, runKey: 'r', created: 0, updated: 0, expired: 0, suppressed: 0 },
      });
      return Promise.resolve();
    });
    await untilConsumed('filtered', 1, app);
    expect(await consumed('filtered')).toEqual(['for it']);
  });

  it('is told once that the retention may have dropped events before it read them', async () => {
    const stop = consume(app, storing('behind'));
    await app.get(FeedPoller).poll();
    await publish(app.get(TransactionRunner), 'read');
    await untilConsumed('behind', 1, app);
    stop();
    await publish(app.get(TransactionRunner), 'dropped', 'oldest on record');
    await app.rows(`DELETE FROM ops_events WHERE id < (
      SELECT id FROM ops_events WHERE request_id = 'oldest on record')`);
    consume(app, storing('behind'));
    await untilConsumed('behind', 2, app);
    await publish(app.get(TransactionRunner), 'later');
    await untilConsumed('behind', 3, app);
    expect(await consumed('behind')).toEqual(['read', 'oldest on record', 'later']);
    const told = app.logs().filter((line) => line.consumer === 'behind');
    expect(told).toEqual([
      expect.objectContaining({
        level: 'warn',
        msg: expect.stringContaining('behind the retention'),
      }),
    ]);
  });

  it('takes turns with others, so that none waits for the backlog of another', async () => {
    const poller = app.get(FeedPoller);
    const order: string[] = [];
    const taking = (name: string): FeedConsumer => ({
      name,
      batchSize: 1,
      consume: () => {
        order.push(name);
        return Promise.resolve();
      },
    });
    consume(app, taking('long backlog'));
    consume(app, taking('short backlog'));
    await poller.poll();
    await publish(app.get(TransactionRunner), ...notes('turns', 3));
    await eventually('both have consumed all', async () => {
      await poller.poll();
      return order.length === 6;
    });
    expect(order.slice(0, 2).sort()).toEqual(['long backlog', 'short backlog']);
    expect(order.slice(2, 4).sort()).toEqual(['long backlog', 'short backlog']);
  });

  it('does not hold up the listeners while it works off a long backlog', async () => {
    const quick = await createTestApp({ env: { FEED_POLL_MS: '50' }, database: app.database });
    try {
      const backlog = 400;
      let done = 0;
      const stop = quick.get(FeedPoller).consume({
        name: 'behind for long',
        batchSize: 1,
        consume: () => {
          done += 1;
          return Promise.resolve();
        },
      });
      stops.push(stop);
      await quick.get(FeedPoller).poll();
      await app.get(TransactionRunner).run((tx) => {
        for (const note of notes('backlog', backlog)) tx.publish('nba.upsert', testEvent(note));
        return Promise.resolve();
      });
      await eventually('it has begun', () => done > 0);
      let doneWhenHeard: number | undefined;
      const tip = await quick.get(FeedReader).tip();
      stops.push(quick.get(FeedPoller).listen(tip, () => (doneWhenHeard ??= done)));
      await publish(app.get(TransactionRunner), 'for the listener');
      await eventually('the listener has heard it', () => doneWhenHeard !== undefined);
      expect(doneWhenHeard).toBeLessThan(backlog);
    } finally {
      await quick.close();
    }
  });

  it('is refused where another one in the process has its name', () => {
    consume(app, storing('twice'));
    expect(() => consume(app, storing('twice'))).toThrow(
      'Two consumers of the feed are named "twice"',
    );
  });
});

describe('a listener of the feed', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({ env });
  });
  afterAll(() => app.close());

  it('gets every event after its position, while it listens', async () => {
    const poller = app.get(FeedPoller);
    const reader = app.get(FeedReader);
    const runner = app.get(TransactionRunner);
    expect(poller.polling).toBe(false);
    const heard: (string | null)[] = [];
    const late: (string | null)[] = [];
    const stop = poller.listen(await reader.tip(), (events) => {
      heard.push(...events.map(({ requestId }) => requestId));
    });
    const stopFailing = poller.listen(await reader.tip(), () => {
      throw new Error('a listener of the test');
    });
    expect(poller.polling).toBe(true);
    await publish(runner, 'one', 'two');
    await eventually('both are heard', async () => {
      await poller.poll();
      return heard.length >= 2;
    });
    const stopLate = poller.listen(await reader.tip(), (events) => {
      late.push(...events.map(({ requestId }) => requestId));
    });
    await publish(runner, 'three');
    await eventually('the third is heard', async () => {
      await poller.poll();
      return heard.length >= 3;
    });
    expect({ heard, late }).toEqual({ heard: ['one', 'two', 'three'], late: ['three'] });
    stopFailing();
    stopLate();
    stop();
    expect(poller.polling).toBe(false);
    await publish(runner, 'four');
    await poller.poll();
    expect(heard).toHaveLength(3);
  });

  it('is polled for by itself', async () => {
    const quick = await createTestApp({ env: { FEED_POLL_MS: '50' }, database: app.database });
    try {
      const heard: unknown[] = [];
      const stop = quick
        .get(FeedPoller)
        .listen(await quick.get(FeedReader).tip(), (events) => heard.push(...events));
      await publish(app.get(TransactionRunner), 'by itself');
      await eventually('it is heard', () => heard.length > 0);
      stop();
    } finally {
      await quick.close();
    }
  });
});
