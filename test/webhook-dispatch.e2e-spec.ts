import { type ServerResponse } from 'node:http';
import { FeedPoller } from '../src/feed/feed-poller.js';
import { createTestApp, type TestApp } from './support/app.js';
import { eventually } from './support/eventually.js';
import { WebhookReceiver } from './support/webhook-receiver.js';
import {
  addEndpoint,
  answers,
  deliveriesOf,
  gotAt,
  publishEvents,
  QUICK_WEBHOOKS,
  untilDeliveries,
  urlAt,
} from './support/webhooks.js';

const notes = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix} ${index}`);

describe('webhook deliveries', () => {
  let app: TestApp;
  let receiver: WebhookReceiver;
  beforeAll(async () => {
    receiver = await WebhookReceiver.start();
    app = await createTestApp({ env: QUICK_WEBHOOKS });
  });
  beforeEach(() => {
    receiver.answer = answers(204);
    receiver.received.length = 0;
  });
  afterEach(async () => {
    await app.rows('DELETE FROM webhook_endpoints');
  });
  afterAll(async () => {
    await app.close();
    await receiver.close();
  });

  const to = (path: string, options: { eventKeys?: string[]; scopes?: string[] } = {}) =>
    addEndpoint(app, { url: urlAt(receiver, path), ...options });

  it('reads no events while there is no endpoint, and brings none from before the first one', async () => {
    const poller = app.get(FeedPoller);
    expect(poller.polling).toBe(false);
    await publishEvents(app, ['before']);
    await app.rows(`UPDATE ops_events SET created_at = created_at - interval '2 minutes'`);
    const endpoint = await to('/first');
    await eventually('it reads the events', () => poller.polling);
    await publishEvents(app, ['after']);
    await untilDeliveries(app, endpoint, 'delivered', 1);
    expect(gotAt(receiver, '/first').map(({ note }) => note)).toEqual(['after']);
  });

  it('brings each event once to each endpoint that wants it, as the feed shows it', async () => {
    const wanting = await to('/a');
    await to('/b', { eventKeys: ['job.failed'] });
    const sent = notes('event', 5);
    await publishEvents(app, sent);
    await untilDeliveries(app, wanting, 'delivered', 5);
    const got = gotAt(receiver, '/a');
    expect(got.map(({ note }) => note).sort()).toEqual(sent);
    expect(gotAt(receiver, '/b')).toEqual([]);
    const { body } = await app.api.get('/api/ops-events', { eventKey: 'nba.upsert' }).expect(200);
    const shown = (body as { items: { id: string; createdAt: string }[] }).items;
    const event = shown.find(({ id }) => id === got[0]!.eventId);
    expect(JSON.parse(got[0]!.body)).toEqual({
      type: 'nba.upsert',
      timestamp: event!.createdAt,
      data: event,
    });
  });

  it('brings the events of a scope to the endpoints of its scopes, those of none to `*` alone', async () => {
    const ids = await Promise.all([
      to('/all', { scopes: ['*'] }),
      to('/type', { scopes: ['desk/east', 'account/*'] }),
      to('/acme', { scopes: ['account/acme'] }),
      to('/other', { scopes: ['accounts/*', 'account/ac'] }),
    ]);
    await publishEvents(app, ['acme'], { scope: { entityType: 'account', entityId: 'acme' } });
    await publishEvents(app, ['beta'], { scope: { entityType: 'account', entityId: 'beta' } });
    await publishEvents(app, ['none']);
    await untilDeliveries(app, ids[0], 'delivered', 3);
    await untilDeliveries(app, ids[1], 'delivered', 2);
    await untilDeliveries(app, ids[2], 'delivered', 1);
    const at = (path: string) =>
      gotAt(receiver, path)
        .map(({ note }) => note)
        .sort();
    expect([at('/all'), at('/type'), at('/acme'), at('/other')]).toEqual([
      ['acme', 'beta', 'none'],
      ['acme', 'beta'],
      ['acme'],
      [],
    ]);
  });

  it('tries again under the same id until the receiver takes it', async () => {
    let left = 2;
    receiver.answer = (response) =>
      left-- > 0 ? response.writeHead(500).end('not now') : response.end();
    const endpoint = await to('/hook');
    await publishEvents(app, ['again']);
    await untilDeliveries(app, endpoint, 'delivered', 1);
    const [delivery] = await deliveriesOf(app, endpoint);
    expect(delivery).toMatchObject({ tries: 3, last_status: 200, next_try_at: null });
    expect(gotAt(receiver, '/hook').map(({ id }) => id)).toEqual(
      Array(3).fill(delivery!.message_id),
    );
    const attempts = await app.rows(
      'SELECT attempt, status, error_code, answer FROM webhook_attempts WHERE delivery_id = $1 ORDER BY attempt',
      [delivery!.id],
    );
    expect(attempts).toEqual([
      { attempt: 1, status: 500, error_code: 'HTTP_STATUS', answer: 'not now' },
      { attempt: 2, status: 500, error_code: 'HTTP_STATUS', answer: 'not now' },
      { attempt: 3, status: 200, error_code: null, answer: '' },
    ]);
  });

  it('gives up after the last try of the schedule', async () => {
    receiver.answer = answers(503);
    const endpoint = await to('/hook');
    await publishEvents(app, ['never']);
    await untilDeliveries(app, endpoint, 'failed', 1);
    expect(await deliveriesOf(app, endpoint)).toMatchObject([
      { tries: 3, last_status: 503, next_try_at: null, leased_until: null },
    ]);
    expect(receiver.received).toHaveLength(3);
  });

  it('waits as long as Retry-After asks', async () => {
    receiver.answer = answers(429, { 'Retry-After': '3600' });
    const endpoint = await to('/hook');
    const before = Date.now();
    await publishEvents(app, ['later']);
    await eventually('the try is on record', async () => {
      const [delivery] = await deliveriesOf(app, endpoint);
      return delivery?.last_status === 429;
    });
    const [delivery] = await deliveriesOf(app, endpoint);
    expect(delivery?.state).toBe('pending');
    const next = delivery?.next_try_at?.getTime() ?? 0;
    expect(next).toBeGreaterThanOrEqual(before + 3_600_000);
    expect(next).toBeLessThan(Date.now() + 3_700_000);
  });

  it('sends at most four at once to one endpoint, which holds up no other', async () => {
    const silent: ServerResponse[] = [];
    const live = await to('/live');
    receiver.answer = (response, { path }) => {
      if (path === '/live') response.end();
      else silent.push(response);
    };
    const stuck = await to('/stuck');
    await publishEvents(app, notes('many', 12));
    await untilDeliveries(app, live, 'delivered', 12);
    await eventually('four are under way', () => silent.length >= 4);
    await publishEvents(app, ['one more']);
    await untilDeliveries(app, live, 'delivered', 13);
    expect(silent).toHaveLength(4);
    const leased = (await deliveriesOf(app, stuck)).filter((of) => of.leased_until !== null);
    expect(leased).toHaveLength(4);
    receiver.answer = answers(200);
    for (const response of silent) response.end();
    await untilDeliveries(app, stuck, 'delivered', 13);
    expect(gotAt(receiver, '/stuck')).toHaveLength(13);
  });

  it('sends at most four at once to one endpoint from several processes, and each only once', async () => {
    const other = await createTestApp({ env: QUICK_WEBHOOKS, database: app.database });
    try {
      let open = 0;
      let most = 0;
      receiver.answer = (response) => {
        most = Math.max(most, ++open);
        setImmediate(() => {
          open -= 1;
          response.end();
        });
      };
      const endpoint = await to('/shared');
      await publishEvents(app, notes('shared', 60));
      await untilDeliveries(app, endpoint, 'delivered', 60);
      const got = gotAt(receiver, '/shared').map(({ note }) => note);
      expect(got.sort()).toEqual(notes('shared', 60).sort());
      expect(most).toBeLessThanOrEqual(4);
    } finally {
      await other.close();
    }
  });
});
