import { DeletedEndpoints } from '../src/webhooks/deliveries/deleted-endpoints.js';
import { createTestApp, type TestApp } from './support/app.js';
import { eventually } from './support/eventually.js';
import { WebhookReceiver } from './support/webhook-receiver.js';
import {
  addEndpoint,
  answers,
  createWebhook,
  deliveriesOf,
  publishEvents,
  QUICK_WEBHOOKS,
  storeFailedDeliveries,
  untilDeliveries,
  urlAt,
} from './support/webhooks.js';

describe('a webhook that is deleted', () => {
  /** Serves requests alone, so that nothing is removed before a test asks for it. */
  let app: TestApp;
  let receiver: WebhookReceiver;
  beforeAll(async () => {
    receiver = await WebhookReceiver.start();
    app = await createTestApp({ env: { ...QUICK_WEBHOOKS, WORKER: 'false' } });
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

  const make = () =>
    createWebhook(app.api, {
      url: urlAt(receiver, '/deleted?key=canary'),
      eventKeys: ['nba.upsert'],
      headers: { 'X-Api-Key': 'canary' },
    });
  const remove = (id: string) => app.api.delete(`/api/webhooks/${id}`);
  const rowOf = (id: string) => app.rows('SELECT * FROM webhook_endpoints WHERE id = $1', [id]);
  const clean = () => app.get(DeletedEndpoints).clean();

  it('is gone for everybody at once, without its secrets, before its deliveries are removed', async () => {
    const id = await make();
    const [deliveryId] = await storeFailedDeliveries(app, id, 3);
    await app.api.post(`/api/webhooks/${id}/rotate-secret`).expect(200);
    await remove(id).expect(204);
    const since = new Date(0).toISOString();
    const path = `/api/webhooks/${id}`;
    for (const request of [
      app.api.get(path),
      app.api.patch(path, { enabled: true }),
      app.api.delete(path),
      app.api.post(`${path}/rotate-secret`),
      app.api.post(`${path}/test`),
      app.api.post(`${path}/recover`, { since }),
      app.api.get(`${path}/deliveries`),
      app.api.get(`${path}/deliveries/${deliveryId}`),
      app.api.post(`${path}/deliveries/${deliveryId}/resend`),
    ]) {
      expect((await request.expect(404)).body.code).toBe('WEBHOOK_NOT_FOUND');
    }
    expect((await app.api.get('/api/webhooks').expect(200)).body.items).toEqual([]);
    expect(await rowOf(id)).toMatchObject([
      {
        url: '',
        header_names: [],
        headers_box: null,
        secret_box: Buffer.alloc(0),
        previous_secret_box: null,
      },
    ]);
    expect(await deliveriesOf(app, id)).toHaveLength(3);
    const events = await app.rows(
      `SELECT 1 FROM ops_events WHERE source_id = $1 AND event_key = 'webhook.deleted'`,
      [id],
    );
    expect(events).toHaveLength(1);
  });

  it('is removed in batches, by several processes at once, the row last', async () => {
    const id = await make();
    const other = await make();
    await storeFailedDeliveries(app, id, 2500);
    await storeFailedDeliveries(app, other, 2);
    await remove(id).expect(204);
    expect(await clean()).toBe(true);
    expect(await deliveriesOf(app, id)).toHaveLength(1500);
    expect(await rowOf(id)).toHaveLength(1);
    await Promise.all([clean(), clean()]);
    expect(await clean()).toBe(false);
    expect(await deliveriesOf(app, id)).toEqual([]);
    expect(await rowOf(id)).toEqual([]);
    expect(await deliveriesOf(app, other)).toHaveLength(2);
    expect(await rowOf(other)).toHaveLength(1);
  });

  it('has its items cancelled with the deliveries', async () => {
    const id = await make();
    const [failed = '', settled = ''] = await storeFailedDeliveries(app, id, 2);
    const scope = { entityType: 'account', entityId: 'deleted' };
    for (const externalId of [failed, settled]) {
      const item = { ...scope, state: 'failed', title: 'A webhook' };
      await app.api.put(`/api/work-items/notification_delivery/${externalId}`, item).expect(201);
    }
    await app.rows(
      `UPDATE webhook_deliveries SET has_failed_item = true, entity_id = 'deleted' WHERE id = $1`,
      [failed],
    );
    await remove(id).expect(204);
    await clean();
    const states = await app.rows(
      'SELECT external_id AS id, state FROM work_items WHERE external_id = ANY($1) ORDER BY 1',
      [[failed, settled]],
    );
    expect(states).toEqual([
      { id: failed, state: 'cancelled' },
      { id: settled, state: 'failed' },
    ]);
  });

  it('is removed by the next process that runs jobs, also where there is no other webhook', async () => {
    const id = await make();
    await storeFailedDeliveries(app, id, 1200);
    await remove(id).expect(204);
    const worker = await createTestApp({ env: QUICK_WEBHOOKS, database: app.database });
    try {
      await eventually('it is removed', async () => (await rowOf(id)).length === 0);
      expect(await deliveriesOf(app, id)).toEqual([]);
    } finally {
      await worker.close();
    }
  });

  it('does not keep the others from their events where it can not be removed, nor does a disabled one', async () => {
    const deleted = await make();
    const disabled = await make();
    const waiting = await addEndpoint(app, { url: urlAt(receiver, '/waiting') });
    await storeFailedDeliveries(app, deleted, 2);
    await storeFailedDeliveries(app, disabled, 1);
    await app.rows(
      `UPDATE webhook_deliveries SET state = 'pending', next_try_at = now() WHERE endpoint_id = $1`,
      [disabled],
    );
    await app.api.patch(`/api/webhooks/${disabled}`, { enabled: false }).expect(200);
    await remove(deleted).expect(204);
    await app.rows(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'refused by a test'; END $$`);
    const refuse = (when: string, id: string) =>
      app.rows(`
        CREATE TRIGGER "refuse ${id}" BEFORE ${when} ON webhook_deliveries
        FOR EACH ROW WHEN (OLD.endpoint_id = '${id}') EXECUTE FUNCTION refuse()`);
    await refuse('DELETE', deleted);
    await refuse('UPDATE', disabled);
    const worker = await createTestApp({ env: QUICK_WEBHOOKS, database: app.database });
    try {
      await publishEvents(app, ['one', 'two']);
      await untilDeliveries(app, waiting, 'delivered', 2);
      expect(await deliveriesOf(app, deleted)).toHaveLength(2);
      expect(await deliveriesOf(app, disabled)).toMatchObject([{ state: 'pending' }]);
      await app.rows('DROP FUNCTION refuse CASCADE');
      await untilDeliveries(app, disabled, 'failed', 1);
      await eventually('it is removed', async () => (await rowOf(deleted)).length === 0);
    } finally {
      await app.rows('DROP FUNCTION IF EXISTS refuse CASCADE');
      await worker.close();
    }
  });
});
