import { Client } from 'pg';
import { TransactionRunner } from '../src/database/transactions/transaction-runner.js';
import { FeedPoller } from '../src/feed/feed-poller.js';
import { LiveFeed } from '../src/ops-events/stream/live-feed.service.js';
import { createTestApp, type TestApp } from './support/app.js';
import { eventually } from './support/eventually.js';
import { EventStream, OpenStreams, type StreamOptions } from './support/event-stream.js';
import { FeedClient, insertEvent, publish } from './support/feed.js';

describe('the live feed', () => {
  let app: TestApp;
  let other: TestApp;
  let runner: TransactionRunner;
  const streams = new OpenStreams();
  beforeAll(async () => {
    const env = { FEED_POLL_MS: '50', WORKER: 'false' };
    app = await createTestApp({ env });
    other = await createTestApp({ env, database: app.database });
    runner = app.get(TransactionRunner);
  });
  afterEach(async () => {
    streams.closeAll();
    await eventually('the server has freed the streams', () =>
      [app, other].every((one) => one.get(LiveFeed).size === 0 && !one.get(FeedPoller).polling),
    );
  });
  afterAll(async () => {
    await other.close();
    await app.close();
  });

  const open = (options: StreamOptions = {}, server = app): Promise<EventStream> =>
    streams.open(server.api, options);

  it('begins with a pause for reconnecting, and with the id at which it begins', async () => {
    const stream = await open();
    expect(stream.answer.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': expect.stringContaining('no-store'),
      'x-accel-buffering': 'no',
      connection: 'close',
    });
    expect(stream.retries).toEqual([expect.any(Number)]);
    expect(stream.retries[0]).toBeGreaterThanOrEqual(1000);
    const [ready] = stream.events;
    expect(ready).toEqual({ id: ready!.id, event: 'ready', data: { id: ready!.id } });
    expect(ready!.id).not.toBe('');
  });

  it('shows what happens from then on, each event as the list shows it', async () => {
    await publish(runner, 'before');
    const list = new FeedClient(app.api, { pageSize: 100 });
    await eventually('it can be read', async () => (await list.drain()).includes('before'));
    const stream = await open();
    await publish(runner, 'one', 'two');
    await stream.untilNote('two');
    expect(stream.notes).toEqual(['one', 'two']);
    const { items } = (await app.api.get('/api/ops-events', { pageSize: 2 }).expect(200)).body;
    expect(stream.domainEvents.map(({ data }) => data).reverse()).toEqual(items);
    expect(stream.domainEvents.map(({ event }) => event)).toEqual(['nba.upsert', 'nba.upsert']);
    expect(Object.keys(stream.domainEvents[0]!.data)).toEqual(Object.keys(items[0] as object));
  });

  it.each([
    ['Last-Event-ID', (id: string) => ({ lastEventId: id })],
    ['after', (id: string) => ({ query: { after: id } })],
  ])('replays exactly what was missed after %s, also from another server', async (_, options) => {
    const first = await open();
    await publish(runner, 'seen');
    await first.untilNote('seen');
    first.close();
    const missed = Array.from({ length: 250 }, (__, index) => `missed ${index}`);
    await publish(runner, ...missed);
    const resumed = await open(options(first.lastEventId!), other);
    expect(resumed.events[0]).toMatchObject({ event: 'ready', id: first.lastEventId });
    await resumed.untilNote('missed 249');
    await publish(runner, 'live again');
    await resumed.untilNote('live again');
    expect(resumed.notes).toEqual([...missed, 'live again']);
  });

  it('prefers Last-Event-ID, which is newer, to after', async () => {
    const stream = await open();
    await publish(runner, 'a', 'b');
    await stream.untilNote('b');
    const [a, b] = stream.domainEvents;
    const resumed = await open({ query: { after: a!.id }, lastEventId: b!.id });
    await publish(runner, 'c');
    await resumed.untilNote('c');
    expect(resumed.notes).toEqual(['c']);
  });

  it('shows an event that committed late once, after those that did not wait for it', async () => {
    const stream = await open();
    const slow = new Client({ connectionString: app.database.url });
    await slow.connect();
    try {
      await slow.query('BEGIN');
      await insertEvent(slow, 'late');
      await publish(runner, 'younger');
      await slow.query('COMMIT');
      await publish(runner, 'last');
    } finally {
      await slow.end();
    }
    const elsewhere = await open({ lastEventId: stream.events[0]!.id }, other);
    for (const one of [stream, elsewhere]) {
      await one.untilNote('last');
      expect(one.notes).toEqual(['late', 'younger', 'last']);
    }
  });

  it('goes on from a cursor of the list in commit order, and the list from an id of the stream', async () => {
    const list = new FeedClient(app.api, { level: 'info', pageSize: 100 });
    await publish(runner, 'listed');
    await eventually('it is listed', async () => (await list.drain()).includes('listed'));
    await publish(runner, 'streamed');
    const stream = await open({ query: { level: 'info', after: list.cursor! } });
    await stream.untilNote('streamed');
    expect(stream.notes).toEqual(['streamed']);

    await publish(runner, 'listed again');
    const back = new FeedClient(app.api, { eventKey: 'nba.upsert' }, stream.lastEventId);
    await eventually('it is listed', async () => (await back.drain()).includes('listed again'));
    expect(back.seen).toEqual(['listed again']);
  });

  it('says that it was reset where the events after an id are not on record any more', async () => {
    const stream = await open();
    await publish(runner, 'dropped', 'kept');
    await stream.untilNote('kept');
    const [dropped] = stream.domainEvents;
    await app.rows(`DELETE FROM ops_events WHERE request_id = 'dropped'`);
    const resumed = await open({ lastEventId: dropped!.id });
    await resumed.until('ready', () => resumed.events.length === 2);
    expect(resumed.events.map(({ event }) => event)).toEqual(['reset', 'ready']);
    expect(resumed.events[1]!.id).toBe(resumed.events[0]!.id);
    await publish(runner, 'from now on');
    await resumed.untilNote('from now on');
    expect(resumed.notes).toEqual(['from now on']);
  });

  it('says the same of an id of a history that the database does not have', async () => {
    const stream = await open();
    await publish(runner, 'of epoch one');
    await stream.untilNote('of epoch one');
    const id = stream.lastEventId!;
    await app.rows(`UPDATE ops_events SET epoch = 0 WHERE request_id = 'of epoch one'`);
    const resumed = await open({ lastEventId: id });
    expect(resumed.events[0]!.event).toBe('reset');
  });

  it.each([
    ['Last-Event-ID', { lastEventId: 'nonsense' }],
    ['after', { query: { after: 'non.sense' } }],
  ])('refuses a malformed %s before it begins', async (field, options) => {
    const { status, body, headers } = await EventStream.refused(app.api, options);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'EVENT_ID_INVALID' });
    expect(body.errors).toEqual([expect.objectContaining({ field })]);
  });

  it('answers a HEAD request with its head alone', async () => {
    const answer = await fetch(`${app.url}/api/events/stream`, {
      method: 'HEAD',
      headers: { Authorization: `Bearer ${app.api.token}` },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
  });

  it('writes one line of the access log at its end, without the id', async () => {
    const stream = await open({ query: { level: 'info' } });
    const lines = () => app.logs().filter((line) => line.path === '/api/events/stream');
    const before = lines().length;
    stream.close();
    await eventually('the line is written', () => lines().length > before);
    expect(lines().length).toBe(before + 1);
    expect(lines().at(-1)).toMatchObject({ aborted: true, durationMs: expect.any(Number) });
    expect(app.logs().some((line) => JSON.stringify(line).includes(stream.lastEventId!))).toBe(
      false,
    );
  });
});
