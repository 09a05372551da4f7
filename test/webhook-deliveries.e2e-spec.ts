import { createTestApp, type TestApp } from './support/app.js';
import { createTestDatabase } from './support/database.js';
import { eventually } from './support/eventually.js';
import { type ApiClient } from './support/requests.js';
import { addUser } from './support/users.js';
import { WebhookReceiver } from './support/webhook-receiver.js';
import {
  addEndpoint,
  answers,
  createWebhook,
  deliveriesOf,
  gotAt,
  publishEvents,
  QUICK_WEBHOOKS,
  storeFailedDeliveries,
  untilDeliveries,
  urlAt,
} from './support/webhooks.js';

const ACME = { entityType: 'account', entityId: 'acme' };

interface Delivery {
  readonly id: string;
  readonly state: string;
  readonly messageId: string;
  readonly tries: number;
  readonly attempts: { attempt: number; status: number | null; answer: string | null }[];
}

describe('the deliveries of a webhook', () => {
  let app: TestApp;
  let receiver: WebhookReceiver;
  let me: string;
  beforeAll(async () => {
    receiver = await WebhookReceiver.start();
    app = await createTestApp({ env: QUICK_WEBHOOKS });
    me = ((await app.api.get('/api/auth/me').expect(200)).body as { id: string }).id;
  });
  beforeEach(() => {
    receiver.answer = answers(204);
    receiver.received.length = 0;
  });
  afterEach(async () => {
    for (const { id } of (await app.api.get('/api/webhooks').expect(200)).body.items) {
      await app.api.delete(`/api/webhooks/${id}`).expect(204);
    }
  });
  afterAll(async () => {
    await app.close();
    await receiver.close();
  });

  const make = (path = '/hook') =>
    createWebhook(app.api, { url: urlAt(receiver, path), eventKeys: ['nba.upsert'] });
  const list = async (id: string, query: Record<string, string | number> = {}, by = app.api) =>
    (await by.get(`/api/webhooks/${id}/deliveries`, query).expect(200)).body as {
      items: Delivery[];
      pagination: { hasNext: boolean; nextCursor: string | null };
    };
  const detail = async (id: string, deliveryId: string) =>
    (await app.api.get(`/api/webhooks/${id}/deliveries/${deliveryId}`).expect(200))
      .body as Delivery;
  const resend = (id: string, deliveryId: string, by: ApiClient = app.api) =>
    by.post(`/api/webhooks/${id}/deliveries/${deliveryId}/resend`);
  const recover = (id: string, since: string) =>
    app.api.post(`/api/webhooks/${id}/recover`, { since });
  const eventsOf = (id: string, key: string) =>
    app.rows<{ actor: string; meta: Record<string, unknown> }>(
      `SELECT actor_id AS actor, meta FROM ops_events WHERE source_id = $1 AND event_key = $2
       ORDER BY id`,
      [id, key],
    );

  it('are sent to a webhook from the moment it is made', async () => {
    const id = await make();
    await publishEvents(app, ['first']);
    await untilDeliveries(app, id, 'delivered', 1);
    expect(gotAt(receiver, '/hook')).toMatchObject([{ note: 'first', type: 'nba.upsert' }]);
  });

  it('are listed by state, event and time, page by page, each with its tries', async () => {
    const id = await make();
    const past = new Date(Date.now() - 60_000).toISOString();
    await publishEvents(app, ['a', 'b', 'c']);
    await untilDeliveries(app, id, 'delivered', 3);
    const [failed = ''] = await storeFailedDeliveries(app, id, 1);
    const all = await list(id);
    expect(all.items.map(({ state }) => state).sort()).toEqual([
      'delivered',
      'delivered',
      'delivered',
      'failed',
    ]);
    expect((await list(id, { state: 'failed' })).items.map((item) => item.id)).toEqual([failed]);
    expect((await list(id, { eventKey: 'job.failed' })).items).toEqual([]);
    expect((await list(id, { since: past })).items).toHaveLength(4);
    const future = new Date(Date.now() + 60_000).toISOString();
    expect((await list(id, { since: future })).items).toEqual([]);
    const first = await list(id, { pageSize: 3 });
    const cursor = first.pagination.nextCursor ?? '';
    const second = await list(id, { pageSize: 3, cursor });
    expect([...first.items, ...second.items]).toEqual(all.items);
    expect(second.pagination.hasNext).toBe(false);
    const delivered = all.items.find(({ state }) => state === 'delivered')!;
    expect(await detail(id, delivered.id)).toMatchObject({
      ...delivered,
      body: expect.stringContaining('"type":"nba.upsert"'),
      attempts: [{ attempt: 1, status: 204, errorCode: null, error: null, answer: '' }],
    });
    await app.api.get(`/api/webhooks/${id}/deliveries`, { state: 'sent' }).expect(400);
  });

  it('show the answer of a receiver without its secrets', async () => {
    receiver.answer = answers(401, {}, 'password=s3same-canary');
    const id = await make();
    await publishEvents(app, ['secret']);
    await untilDeliveries(app, id, 'failed', 1);
    const [{ id: deliveryId }] = (await list(id)).items as [Delivery];
    const { attempts } = await detail(id, deliveryId);
    expect(attempts.map(({ answer }) => answer)).toEqual(Array(3).fill('password=[redacted]'));
  });

  it('are sent again once, however many ask for it at once', async () => {
    const id = await make();
    await publishEvents(app, ['again']);
    await untilDeliveries(app, id, 'delivered', 1);
    const [{ id: deliveryId }] = (await list(id)).items as [Delivery];
    // While it is pending, a further request changes nothing.
    let open: () => void = () => undefined;
    receiver.answer = (response) => {
      open = () => response.end();
    };
    const [one, two] = await Promise.all([resend(id, deliveryId), resend(id, deliveryId)]);
    expect([one.status, two.status]).toEqual([200, 200]);
    await eventually('it is under way', () => gotAt(receiver, '/hook').length === 2);
    expect((await resend(id, deliveryId).expect(200)).body).toMatchObject({ state: 'pending' });
    open();
    await untilDeliveries(app, id, 'delivered', 1);
    const got = gotAt(receiver, '/hook');
    expect(got.map((one) => one.id)).toEqual([got[0]!.id, got[0]!.id]);
    expect(await eventsOf(id, 'webhook.delivery.resent')).toEqual([
      { actor: me, meta: { deliveryId, deliveredEventKey: 'nba.upsert' } },
    ]);
    expect((await detail(id, deliveryId)).attempts.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it('have all tries of the schedule again when they are sent again', async () => {
    receiver.answer = answers(500);
    const id = await make();
    await publishEvents(app, ['again']);
    await untilDeliveries(app, id, 'failed', 1);
    const [{ id: deliveryId }] = (await list(id)).items as [Delivery];
    await resend(id, deliveryId).expect(200);
    await eventually('it failed again', async () => {
      const { state, tries } = await detail(id, deliveryId);
      return state === 'failed' && tries === 6;
    });
    expect((await detail(id, deliveryId)).attempts).toHaveLength(6);
  });

  it('are recovered once, however many ask for it at once', async () => {
    const id = await make();
    const ids = await storeFailedDeliveries(app, id, 2500);
    const other = await make('/other');
    await storeFailedDeliveries(app, other, 3);
    await app.rows(
      `UPDATE webhook_deliveries SET updated_at = now() - interval '2 hours' WHERE id = $1`,
      [ids[0]],
    );
    const since = new Date(Date.now() - 3_600_000).toISOString();
    const answered = await Promise.all([recover(id, since), recover(id, since)]);
    const requeued = answered.map(({ body }) => (body as { requeued: number }).requeued);
    expect(answered.map(({ status }) => status)).toEqual([200, 200]);
    expect(requeued[0]! + requeued[1]!).toBe(2499);
    expect((await recover(id, since).expect(200)).body).toEqual({
      requeued: 0,
      more: false,
    });
    const states = (await deliveriesOf(app, id)).map(({ state }) => state);
    expect(states.filter((state) => state === 'failed')).toHaveLength(1);
    expect((await deliveriesOf(app, other)).map(({ state }) => state)).toEqual(
      Array(3).fill('failed'),
    );
    const events = await eventsOf(id, 'webhook.deliveries.requeued');
    expect(events.reduce((sum, { meta }) => sum + Number(meta.requeued), 0)).toBe(2499);
    expect(new Set(events.map(({ actor }) => actor))).toEqual(new Set([me]));
  });

  it('are recovered 10,000 at a time', async () => {
    const quiet = await createTestApp({
      env: { ...QUICK_WEBHOOKS, WORKER: 'false' },
      database: await createTestDatabase(),
    });
    try {
      const id = await addEndpoint(quiet, { url: 'https://example.com/in' });
      await storeFailedDeliveries(quiet, id, 10_001);
      const since = new Date(0).toISOString();
      let total = 0;
      let more = true;
      let calls = 0;
      for (; more; calls++) {
        const { body } = await quiet.api.post(`/api/webhooks/${id}/recover`, { since }).expect(200);
        const answer = body as { requeued: number; more: boolean };
        expect(answer.requeued).toBeLessThanOrEqual(10_000);
        total += answer.requeued;
        more = answer.more;
      }
      expect(total).toBe(10_001);
      expect(calls).toBeGreaterThan(1);
    } finally {
      await quiet.close();
      await quiet.database.drop();
    }
  });

  it('are not sent again to a webhook that is disabled', async () => {
    const id = await make();
    const [deliveryId = ''] = await storeFailedDeliveries(app, id, 1);
    await app.api.patch(`/api/webhooks/${id}`, { enabled: false }).expect(200);
    const since = new Date(0).toISOString();
    for (const refused of [await resend(id, deliveryId), await recover(id, since)]) {
      expect(refused.status).toBe(409);
      expect(refused.body).toMatchObject({ code: 'WEBHOOK_DISABLED' });
    }
    await app.api.patch(`/api/webhooks/${id}`, { enabled: true }).expect(200);
    await resend(id, deliveryId).expect(200);
    await untilDeliveries(app, id, 'delivered', 1);
  });

  it('fail when their webhook is disabled, also the one that is under way', async () => {
    let open: () => void = () => undefined;
    receiver.answer = (response) => {
      open = () => response.writeHead(503).end();
    };
    const id = await make();
    await publishEvents(app, ['under way']);
    await eventually('it is under way', () => receiver.received.length === 1);
    await app.api.patch(`/api/webhooks/${id}`, { enabled: false }).expect(200);
    open();
    await untilDeliveries(app, id, 'failed', 1);
    expect(receiver.received).toHaveLength(1);
  });

  it('are tested at once, by the code that sends all of them', async () => {
    receiver.answer = answers(500, {}, 'not yet');
    const id = await make();
    const test = () => app.api.post(`/api/webhooks/${id}/test`).expect(200);
    expect((await test()).body).toMatchObject({
      eventKey: 'webhook.test',
      state: 'failed',
      tries: 1,
      lastStatus: 500,
      attempts: [{ attempt: 1, status: 500, errorCode: 'HTTP_STATUS', answer: 'not yet' }],
    });
    receiver.answer = answers(200);
    await app.api.patch(`/api/webhooks/${id}`, { enabled: false }).expect(200);
    const { body } = await test();
    expect(body).toMatchObject({ state: 'delivered', attempts: [{ status: 200 }] });
    const [, second] = receiver.received;
    expect(second!.headers['webhook-id']).toBe((body as Delivery).messageId);
    expect(second!.headers['webhook-signature']).toMatch(/^v1,/);
    expect(await eventsOf(id, 'webhook.tested')).toHaveLength(2);
    const shown = (await app.api.get(`/api/webhooks/${id}`).expect(200)).body;
    expect(shown).toMatchObject({ failingSince: null });
  });

  it('are for administrators who see the webhook and the scope of the event', async () => {
    const id = await addEndpoint(app, { url: urlAt(receiver, '/hook'), scopes: ['account/acme'] });
    const [seen = ''] = await storeFailedDeliveries(app, id, 1, ACME);
    const [hidden = ''] = await storeFailedDeliveries(app, id, 1, { ...ACME, entityId: 'beta' });
    const { api: admin } = await addUser(app, { role: 'admin', scopes: ['account/acme'] });
    const { api: other } = await addUser(app, { role: 'admin', scopes: ['account/beta'] });
    expect((await list(id, {}, admin)).items.map((item) => item.id)).toEqual([seen]);
    const path = `/api/webhooks/${id}/deliveries`;
    await admin.get(`${path}/${seen}`).expect(200);
    for (const refused of [
      await admin.get(`${path}/${hidden}`),
      await resend(id, hidden, admin),
      await app.api.get(`${path}/nonsense`),
    ]) {
      expect(refused.status).toBe(404);
      expect(refused.body).toMatchObject({ code: 'WEBHOOK_DELIVERY_NOT_FOUND' });
    }
    for (const refused of [await other.get(path), await resend(id, seen, other)]) {
      expect(refused.status).toBe(404);
      expect(refused.body).toMatchObject({ code: 'WEBHOOK_NOT_FOUND' });
    }
    const tested = await admin.post(`/api/webhooks/${id}/test`).expect(200);
    expect((await list(id, {}, admin)).items.map((item) => item.id).sort()).toEqual(
      [seen, (tested.body as Delivery).id].sort(),
    );
  });
});
