import { uuidv7 } from 'uuidv7';
import { TransactionRunner } from '../src/database/transactions/transaction-runner.js';

import { FeedPoller } from '../src/feed/feed-poller.js';
import { FeedReader } from '../src/feed/feed-reader.js';
import { LiveFeed } from '../src/ops-events/stream/live-feed.service.js';
import { PrincipalsService } from '../src/users/model/principals.service.js';
import { createTestApp, type TestApp } from './support/app.js';
import { eventually } from './support/eventually.js';
import { type EventStream, OpenStreams, type StreamOptions } from './support/event-stream.js';
import { insertEvent, publish } from './support/feed.js';

/** More than a client may leave untaken and the buffers of the kernel hold, in bytes. */
const MUCH = 24 * 1024 * 1024;

describe('the live feed under load', () => {
  let app: TestApp;
  let runner: TransactionRunner;
  let poller: FeedPoller;
  let live: LiveFeed;
  const streams = new OpenStreams();
  beforeAll(async () => {
    app = await createTestApp({
      env: {
        FEED_POLL_MS: '60000',
        WORKER: 'false',
        STREAM_HEARTBEAT_MS: '100',
        STREAMS_PER_CALLER: '100',
      },
    });
    [runner, poller, live] = [app.get(TransactionRunner), app.get(FeedPoller), app.get(LiveFeed)];
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    streams.closeAll();
    await eventually('the streams are freed', () => live.size === 0);
  });
  afterAll(() => app.close());

  const open = (options: StreamOptions = {}): Promise<EventStream> =>
    streams.open(app.api, options);
  /** Stores events that are large together; returns how many. */
  const storeMuch = async (note: string, size: number): Promise<number> => {
    const ids = Array.from({ length: Math.ceil(MUCH / size) }, () => uuidv7());
    await app.rows(
      `INSERT INTO ops_events (id, level, event_key, request_id, created_at, meta)
       SELECT id, 'info', 'nba.upsert', $1 || ' ' || n, now(), jsonb_build_object('big', repeat('x', $2))
       FROM unnest($3::uuid[]) WITH ORDINALITY AS new (id, n)`,
      [note, size, ids],
    );
    return ids.length;
  };
  const ended = (streamEnd: string) => app.logs().filter((line) => line.streamEnd === streamEnd);
  /** Polls until everything that was stored can be read: another test may hold the horizon. */
  const pollUntil = (what: string, holds: () => boolean) =>
    eventually(what, async () => {
      await poller.poll();
      return holds();
    });

  it('shows that a quiet stream is alive, and moves its id on past what its filter leaves out', async () => {
    const stream = await open({ query: { level: 'error' } });
    const before = stream.lastEventId;
    await publish(runner, 'left out');
    await pollUntil('the id moves', () => stream.lastEventId !== before);
    expect(stream.comments.length).toBeGreaterThan(0);
    expect(new Set(stream.comments)).toEqual(new Set(['heartbeat']));
    expect(stream.domainEvents).toEqual([]);
    const resumed = await open({ lastEventId: stream.lastEventId });
    await publish(runner, 'next');
    await pollUntil('the next event', () => resumed.notes.includes('next'));
    expect(resumed.notes).toEqual(['next']);
  });

  it('reads once a poll for many streams, and makes the text of each event once', async () => {
    const statementsWith = async (count: number) => {
      while (streams.all.length < count) await open({ query: { level: 'info' } });
      await publish(runner, `for ${count} 1`, `for ${count} 2`);
      // Until they can be read, polls find nothing.
      const reads = jest.spyOn(runner, 'read');
      const texts = jest.spyOn(JSON, 'stringify');
      let names: string[] = [];
      await eventually('they come', async () => {
        reads.mockClear();
        await poller.poll();
        names = reads.mock.calls
          .flatMap(([queries]) => queries.map(({ statement }) => statement.name))
          .filter((name) => name.includes('feed'));
        return names.some((name) => name.startsWith('list_feed'));
      });
      const made = texts.mock.calls.filter(
        ([value]) =>
          (value as { requestId?: string } | null)?.requestId?.startsWith(`for ${count}`) === true,
      );
      jest.restoreAllMocks();
      for (const stream of streams.all) await stream.untilNote(`for ${count} 2`);
      return { names, texts: made.length };
    };
    const one = await statementsWith(1);
    const many = await statementsWith(40);
    expect(many).toEqual(one);
    expect(one.texts).toBe(2);
  });

  it('neither reads nor checks while nobody listens', async () => {
    const stream = await open();
    expect(poller.polling).toBe(true);
    stream.close();
    await eventually('it is freed', () => live.size === 0);
    expect(poller.polling).toBe(false);
    const reads = jest.spyOn(runner, 'read');
    await poller.poll();
    await live.recheck();
    expect(reads.mock.calls.flat(2)).toEqual([]);
  });

  it('drops a client that does not read, and none that does', async () => {
    const slow = await open();
    slow.answer.pause();
    const reader = await open();
    const before = ended('slow_reader').length;
    const all = await storeMuch('much', 2048);
    await pollUntil('the slow one is dropped', () => ended('slow_reader').length > before);
    await pollUntil('the other one has all', () => reader.notes.length >= all);
    slow.answer.resume();
    await slow.over();
    expect(slow.ended).toBe(false);
    expect(slow.notes.length).toBeLessThan(all);
    expect(new Set(reader.notes).size).toBe(all);
    expect(ended('slow_reader').length).toBe(before + 1);
  });

  it('replays as fast as the client reads, and drops one that reads nothing', async () => {
    const first = await open();
    const id = first.lastEventId!;
    first.close();
    const all = await storeMuch('replayed', 100 * 1024);
    const { body } = await app.api.get('/api/ops-events', { pageSize: 1 }).expect(200);
    const newest = (body as { items: { id: string }[] }).items[0]!.id;
    await eventually('it can be read', async () => {
      const tip = await app.get(FeedReader).tip();
      return tip.id === newest;
    });
    const before = ended('slow_reader').length;
    const pages = jest.spyOn(app.get(FeedReader), 'read');
    const slow = await open({ lastEventId: id });
    slow.answer.pause();
    await eventually('it is dropped', () => ended('slow_reader').length > before);
    // A page is 10 MB of it.
    expect(pages.mock.calls.length).toBeLessThan(all / 100);
    slow.answer.resume();
    await slow.over();
    const again = await open({ lastEventId: slow.lastEventId! });
    await again.until('the rest', () => slow.notes.length + again.notes.length >= all);
    expect(new Set([...slow.notes, ...again.notes]).size).toBe(all);
  });

  it('shows nothing while its callers cannot be checked, and all of it afterwards', async () => {
    const stream = await open();
    const principals = app.get(PrincipalsService);
    jest.spyOn(principals, 'recheck').mockRejectedValue(new Error('the database is away'));
    const now = performance.now();
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => now + 60_000);
    await insertEvent({ query: app.rows.bind(app) } as never, 'unchecked');
    const behind = () => !poller.polling;
    await pollUntil('the stream leaves the poll', behind);
    expect(stream.notes).toEqual([]);
    clock.mockRestore();
    jest.restoreAllMocks();
    await live.recheck();
    await stream.untilNote('unchecked');
    expect(stream.notes).toEqual(['unchecked']);
  });
});
