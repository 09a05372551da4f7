import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { EventStream } from './support/event-stream.js';
import { RawConnection } from './support/raw-connection.js';
import { ApiClient } from './support/requests.js';
import { ServerProcess } from './support/server-process.js';

jest.setTimeout(60_000);

describe('a stop of a server with open streams', () => {
  let other: TestApp;
  beforeAll(async () => (other = await createTestApp({ env: { WORKER: 'false' } })));
  afterAll(() => other.close());

  it('ends the streams first, each with a pause of its own, and then answers what runs', async () => {
    const server = await ServerProcess.start(other.database.url, { SHUTDOWN_DELAY_MS: '3000' });
    const api = new ApiClient(server.url, other.api.token);
    const streams = [];
    for (let index = 0; index < 5; index++) streams.push(await EventStream.open(api));
    for (const stream of streams) await stream.ready();
    // A press of which the body has not arrived yet.
    const { id } = await createNextAction(other.api);
    const body = JSON.stringify({ actionKey: 'mark_done' });
    const press = await RawConnection.open(server.url);
    press
      .head(`POST /api/next-actions/${id}/execute`, {
        Authorization: `Bearer ${api.token}`,
        'Content-Type': 'application/json',
        'Content-Length': String(body.length),
      })
      .send(body.slice(0, 5));

    server.signal('SIGTERM');
    for (const stream of streams) await stream.over();
    expect(press.text).toBe('');
    for (const stream of streams) {
      expect(stream.ended).toBe(true);
      expect(stream.retries).toHaveLength(2);
    }
    expect(new Set(streams.flatMap(({ retries }) => retries)).size).toBeGreaterThan(2);

    // A load balancer may not have noticed yet: the client is sent on, not refused.
    const late = await EventStream.open(api, { lastEventId: streams[0]!.lastEventId });
    await late.over();
    expect({ ended: late.ended, events: late.events, retries: late.retries.length }).toEqual({
      ended: true,
      events: [],
      retries: 1,
    });

    press.send(body.slice(5));
    await press.closed;
    expect(press.text).toMatch(/^HTTP\/1\.1 200 /);
    expect(await server.exit()).toBe(0);
    expect(server.log).toMatch(/"streamEnd":"stopping"/);

    const elsewhere = await EventStream.open(other.api, { lastEventId: late.lastEventId });
    await elsewhere.until('the press', () =>
      elsewhere.domainEvents.some(
        ({ event, data }) => event === 'nba.delivery.executed' && data.sourceId === id,
      ),
    );
    elsewhere.close();
  });

  it('does not wait for a client that does not read', async () => {
    const server = await ServerProcess.start(other.database.url);
    const stream = await EventStream.open(new ApiClient(server.url, other.api.token));
    await stream.ready();
    stream.answer.pause();
    const began = Date.now();
    server.signal('SIGTERM');
    expect(await server.exit()).toBe(0);
    // Requests may take 20 s to end.
    expect(Date.now() - began).toBeLessThan(15_000);
    stream.close();
  });
});
