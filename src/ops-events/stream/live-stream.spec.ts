import { pino } from 'pino';
import { CursorCodec } from '../../http/paging/cursor.js';
import { Paginator } from '../../http/paging/paginator.js';
import { type StreamEnd, type StreamSink } from '../../http/event-stream/stream-sink.js';
import { type FeedListener } from '../../feed/feed-consumer.js';
import { FEED_START } from '../../feed/feed-position.js';
import { type FeedPage } from '../../feed/feed-reader.js';
import { type FeedEvent } from '../../feed/feed.sql.js';
import { type Principal } from '../../http/access/principal.js';
import { ALL_PERMISSIONS } from '../../kernel/permissions.js';
import { ScopeFilter } from '../../kernel/scope.js';
import { EventChunks } from './event-chunks.js';
import { EventIds } from './event-ids.js';
import { LiveStream, type StreamParts } from './live-stream.js';

const MB = 1024 * 1024;

const CALLER: Principal = {
  kind: 'user',
  id: 'somebody',
  name: 'Somebody',
  email: null,
  role: 'admin',
  sessionId: null,
  token: null,
  permissions: ALL_PERMISSIONS,
  scopes: ScopeFilter.ALL,
};

/** A client that takes what waits only when the test says so. */
class HeldSink implements StreamSink {
  closed = false;
  waiting = 0;
  most = 0;
  text = '';
  endedBy: StreamEnd | undefined;
  private resume: (() => void)[] = [];

  open(): void {
    this.waiting = 0;
  }
  write(chunk: Buffer): boolean {
    if (this.closed) return true;
    this.text += chunk.toString();
    this.waiting += chunk.length;
    this.most = Math.max(this.most, this.waiting);
    return this.waiting < 16 * 1024;
  }
  drained(): Promise<void> {
    return new Promise((resolve) => this.resume.push(resolve));
  }
  takeAll(): void {
    this.waiting = 0;
    for (const resume of this.resume.splice(0)) resume();
  }
  end(why?: StreamEnd): void {
    this.drop(why);
  }
  drop(why?: StreamEnd): void {
    this.closed = true;
    this.endedBy ??= why;
    this.takeAll();
  }
  onClose(): void {
    // Nobody asks.
  }
}

let xid = 0;
function events(count: number, bytes: number): FeedEvent[] {
  return Array.from({ length: count }, () => ({
    id: `00000000-0000-7000-8000-${String((xid += 1)).padStart(12, '0')}`,
    epoch: 1,
    xid: String(xid),
    level: 'info',
    eventKey: 'nba.upsert',
    status: null,
    actorId: null,
    sourceType: null,
    sourceId: null,
    entityType: null,
    entityId: null,
    requestId: null,
    durationMs: null,
    errorCode: null,
    errorMessage: null,
    meta: { big: 'x'.repeat(bytes) },
    createdAt: new Date(0),
    traceParent: null,
  }));
}

/** A stream with a feed that holds the given events. */
function streamOver(missed: FeedEvent[] = [], fault: { gap?: boolean; error?: Error } = {}) {
  const sink = new HeldSink();
  const listeners = new Set<FeedListener>();
  let pages = 0;
  const page = (): Promise<FeedPage> => {
    pages += 1;
    if (fault.error) return Promise.reject(fault.error);
    const read = missed.splice(0, 100);
    const next = read.at(-1) ?? FEED_START;
    return Promise.resolve({
      events: read,
      next,
      more: missed.length > 0,
      gap: fault.gap === true,
    });
  };
  const ids = new EventIds(new Paginator(new CursorCodec('a secret of the tests')));
  const parts = {
    feed: { tip: () => Promise.resolve(FEED_START) },
    replay: { page },
    poller: {
      listen: (_: unknown, listener: FeedListener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    ids,
    chunks: new EventChunks(ids),
    logger: pino({ level: 'silent' }),
  } as unknown as StreamParts;
  const start = { position: FEED_START, replay: missed.length > 0, reset: false };
  const stream = new LiveStream(parts, sink, {}, CALLER, start);
  stream.begin();
  const deliver = (batch: FeedEvent[]): void => {
    for (const listener of listeners) listener(batch);
  };
  return { stream, sink, deliver, listeners, missed, pages: () => pages };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a stream whose client is slow', () => {
  it('never has more than 1 MB waiting, and is dropped', () => {
    const { sink, deliver, listeners } = streamOver();
    for (let batch = 0; batch < 30 && !sink.closed; batch++) deliver(events(100, 1000));
    expect(sink.endedBy).toBe('slow_reader');
    expect(sink.most).toBeLessThanOrEqual(MB);
    expect(sink.most).toBeGreaterThan(MB / 2);
    expect(listeners.size).toBe(0);
  });

  it('reads a batch that is larger than what may wait page by page', async () => {
    const { sink, deliver, missed, pages } = streamOver();
    const batch = events(100, 20_000);
    missed.push(...batch);
    deliver(batch);
    await settled();
    expect(sink.closed).toBe(false);
    expect(pages()).toBe(1);
    const seen = sink.most;
    expect(seen).toBeLessThan(MB / 4);
    while (sink.waiting > 0) {
      sink.takeAll();
      await settled();
    }
    expect(sink.endedBy).toBeUndefined();
  });

  it('reads the next page of what it missed when it has taken the one before', async () => {
    const { sink, pages, stream } = streamOver(events(1000, 1000));
    await settled();
    expect(pages()).toBe(1);
    expect(sink.most).toBeLessThan(MB / 4);
    sink.takeAll();
    await settled();
    sink.takeAll();
    await settled();
    expect(pages()).toBe(2);
    for (let beat = 0; beat < 3; beat++) stream.beat();
    expect(sink.endedBy).toBe('slow_reader');
  });
});

describe('a stream that reads what it missed', () => {
  it('is reset where the retention was faster, and goes on from now', async () => {
    const { sink, listeners } = streamOver(events(10, 10), { gap: true });
    await settled();
    expect(sink.text.match(/^event: .*$/gm)).toEqual(['event: ready', 'event: reset']);
    expect(listeners.size).toBe(1);
  });

  it('tries again after the next check of its caller where it could not read', async () => {
    const fault: { error?: Error } = { error: new Error('the database is away') };
    const { stream, sink, listeners } = streamOver(events(10, 10), fault);
    await settled();
    expect(listeners.size).toBe(0);
    delete fault.error;
    stream.admit(CALLER, performance.now());
    await settled();
    expect(listeners.size).toBe(1);
    expect(sink.text.match(/^event: nba\.upsert$/gm)).toHaveLength(10);
  });

  it('leaves out what its caller may not see any more while it waits for the client', async () => {
    const { stream, sink } = streamOver(events(200, 1000));
    await settled();
    const before = sink.text.match(/^event: nba\.upsert$/gm)?.length;
    stream.admit({ ...CALLER, role: 'viewer', scopes: ScopeFilter.NONE }, performance.now());
    for (let turn = 0; turn < 10; turn++) {
      sink.takeAll();
      await settled();
    }
    expect(sink.text.match(/^event: nba\.upsert$/gm)?.length).toBe(before);
    expect(before).toBeLessThan(100);
  });
});
