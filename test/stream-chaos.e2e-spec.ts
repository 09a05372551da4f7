import { Client } from 'pg';
import { LiveFeed } from '../src/ops-events/stream/live-feed.service.js';
import { createTestApp, type TestApp } from './support/app.js';
import { eventually } from './support/eventually.js';
import { EventStream } from './support/event-stream.js';
import { storeOutOfOrder } from './support/feed.js';

jest.setTimeout(60_000);

const EVENTS = 4000;
const READERS = 3;
/** How often a reader is killed, about. */
const KILL_AFTER_EVENTS = 150;

describe('readers of the live feed that are killed and started anew', () => {
  let servers: TestApp[];
  beforeAll(async () => {
    const env = { FEED_POLL_MS: '50', WORKER: 'false' };
    const first = await createTestApp({ env });
    servers = [first, await createTestApp({ env, database: first.database })];
  });
  afterAll(async () => {
    for (const server of [...servers].reverse()) await server.close();
  });

  /** Reads from the beginning on, on a server at random, until it has seen as many; returns their notes. */
  async function read(
    lastEventId: string | undefined,
  ): Promise<{ notes: string[]; kills: number }> {
    const notes: string[] = [];
    let kills = -1;
    while (notes.length < EVENTS) {
      const server = servers[Math.floor(Math.random() * servers.length)]!;
      const stream = await EventStream.open(server.api, { lastEventId });
      const most = Math.min(EVENTS - notes.length, 1 + Math.random() * 2 * KILL_AFTER_EVENTS);
      await stream.until('its share', () => stream.notes.length >= most);
      stream.close();
      notes.push(...stream.notes);
      expect(stream.events.filter(({ event }) => event === 'reset')).toEqual([]);
      lastEventId = stream.lastEventId;
      kills += 1;
    }
    return { notes, kills };
  }

  it('miss nothing and get nothing twice, while transactions commit out of order', async () => {
    const first = await EventStream.open(servers[0]!.api);
    await first.ready();
    const begin = first.lastEventId;
    first.close();
    const readers = Array.from({ length: READERS }, () => read(begin));
    const writers = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const client = new Client({ connectionString: servers[0]!.database.url });
        await client.connect();
        return client;
      }),
    );
    let written: string[];
    try {
      written = await storeOutOfOrder(writers, EVENTS);
    } finally {
      for (const writer of writers) await writer.end();
    }
    const results = await Promise.all(readers);
    for (const { notes, kills } of results) {
      expect(kills).toBeGreaterThan(5);
      expect(notes).toHaveLength(EVENTS);
      expect([...notes].sort()).toEqual([...written].sort());
      expect(notes).toEqual(results[0]!.notes);
    }
    await eventually('the streams are freed', () =>
      servers.every((server) => server.get(LiveFeed).size === 0),
    );
  });
});
