import { createTestApp, type TestApp } from './support/app.js';
import { createTestDatabase } from './support/database.js';
import { createNextAction } from './support/builders.js';
import { freshScope, listIn, runIn, type TestScope } from './support/desk.js';
import { eventually } from './support/eventually.js';
import { untilJob } from './support/jobs.js';
import { WebhookReceiver } from './support/webhook-receiver.js';
import {
  answers,
  createWebhook,
  deliveriesOf,
  QUICK_WEBHOOKS,
  storeFailedDeliveries,
  untilDeliveries,
  urlAt,
} from './support/webhooks.js';

interface Listed extends Record<string, unknown> {
  readonly id: string;
}

describe('a webhook that its receiver does not take', () => {
  let app: TestApp;
  let receiver: WebhookReceiver;
  let scope: TestScope;
  beforeAll(async () => {
    receiver = await WebhookReceiver.start();
    app = await createTestApp({ env: QUICK_WEBHOOKS });
  });
  beforeEach(() => {
    receiver.answer = answers(204);
    scope = freshScope();
  });
  afterAll(async () => {
    await app.close();
    await receiver.close();
  });

  const listed = (path: string, query: Record<string, string> = {}) =>
    listIn<Listed>(app.api, path, scope, query);
  const run = (path: string) => runIn<object>(app.api, path, scope);
  const items = () => listed('/api/work-items', { kind: 'notification_delivery' });
  const feed = async (nextActionId: string) => {
    const { body } = await app.api.get('/api/ops-events', { nextActionId }).expect(200);
    return (body as { items: { eventKey: string; meta: object; actorId: string | null }[] }).items;
  };
  const make = () =>
    createWebhook(app.api, { url: urlAt(receiver, '/in'), eventKeys: ['work_item.pushed'] });
  const press = async (id: string) => {
    await app.api.press(id, 'retry_failed_deliveries').expect(200);
    const [last] = await app.api.executionsOf<{ id: string; meta: { jobId: string } }>(id);
    return last!;
  };

  it('becomes an item, a flag and an action, which sends it again until all are settled', async () => {
    receiver.answer = answers(503);
    const webhook = await make();
    // Somebody causes events in a scope, and their deliveries give up.
    for (const externalId of ['circle 1', 'circle 2', 'circle 3']) {
      await app.api
        .put(`/api/work-items/reminder/${externalId}`, { ...scope, state: 'open', title: 'Call' })
        .expect(201);
    }
    await eventually('the items are there', async () => (await items()).length === 3);
    // The events of the items themselves fail, too, and make none.
    await untilDeliveries(app, webhook, 'failed', 6);
    expect(await items()).toHaveLength(3);
    expect(await items()).toMatchObject(Array(3).fill({ ...scope, state: 'failed' }));
    const byItem = new Set((await items()).map(({ externalId }) => externalId));
    const deliveries = (await deliveriesOf(app, webhook)).filter(({ id }) => byItem.has(id));
    expect(deliveries).toHaveLength(3);

    // The rules that are there already find it.
    expect(await run('/api/risk/run-rules')).toMatchObject({ created: 1 });
    const [flag] = await listed('/api/risk', { status: 'open' });
    await run('/api/next-actions/run');
    const queue = await listed('/api/next-actions', { status: 'queued' });
    const action = queue.find(
      ({ createdByRule }) => createdByRule === 'failed_notification_deliveries',
    )!;

    // The receiver is back; the press sends it again, and nothing is called a stub.
    receiver.answer = answers(204);
    receiver.received.length = 0;
    const { meta } = await press(action.id);
    expect(meta).toEqual({ jobId: expect.any(String) });
    await untilJob(app, meta.jobId, 'completed');
    await untilDeliveries(app, webhook, 'delivered', 3);
    const event = { eventKey: 'nba.delivery.retried', actorId: null };
    const events = await feed(action.id);
    expect(events).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ ...event, meta: { jobId: meta.jobId, attempt: 1, requeued: 3 } }),
      ]),
    );
    const recorded = await app.rows(
      `SELECT entity_type AS "entityType", entity_id AS "entityId" FROM ops_events
       WHERE event_key = 'nba.delivery.retried' AND source_id = $1`,
      [action.id],
    );
    expect(recorded).toEqual([scope]);
    expect(JSON.stringify(events)).not.toContain('stub');
    const received = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(received).toEqual(
      expect.arrayContaining(deliveries.map((delivery) => delivery.message_id)),
    );

    // All are settled.
    await eventually('the items are delivered', async () =>
      (await items()).every(({ state }) => state === 'delivered'),
    );
    expect(await items()).toHaveLength(3);
    expect(await run('/api/risk/run-rules')).toMatchObject({ resolved: 1 });
    const { body: resolved } = await app.api.get(`/api/risk`, { ...scope, status: 'resolved' });
    expect(resolved.items).toMatchObject([{ id: flag!.id, resolvedBy: 'rule' }]);
    await run('/api/next-actions/run');
    expect(await app.api.nextAction(action.id)).toMatchObject({ status: 'expired' });
    await app.api.delete(`/api/webhooks/${webhook}`).expect(204);
  });

  it('is a placeholder for the retry only in the scopes where one failed', async () => {
    const quiet = await createTestApp({
      env: { ...QUICK_WEBHOOKS, WORKER: 'false' },
      database: app.database,
    });
    const webhook = await make();
    try {
      await storeFailedDeliveries(quiet, webhook, 1, { ...scope, entityId: `${scope.entityId} 2` });
      const other = await createNextAction(quiet.api, scope);
      const preview = await quiet.api
        .post(`/api/next-actions/${other.id}/execute?preview=true`, {
          actionKey: 'retry_failed_deliveries',
        })
        .expect(200);
      expect(preview.body).toMatchObject({ meta: { stubbed: true } });
      expect((await press(other.id)).meta).toMatchObject({ stubbed: true });
      expect((await feed(other.id)).map(({ eventKey }) => eventKey)).toContain(
        'nba.delivery.stubbed',
      );
    } finally {
      await quiet.close();
      await app.api.delete(`/api/webhooks/${webhook}`).expect(204);
    }
  });

  it('is not sent again while it is disabled, and its press says so', async () => {
    const webhook = await make();
    await app.api.patch(`/api/webhooks/${webhook}`, { enabled: false }).expect(200);
    const stored = await storeFailedDeliveries(app, webhook, 3, scope);
    const { id } = await createNextAction(app.api, scope);
    const { meta } = await press(id);
    await untilJob(app, meta.jobId, 'completed');
    const events = await feed(id);
    expect(events.find(({ eventKey }) => eventKey === 'nba.delivery.retried')).toMatchObject({
      meta: { requeued: 0 },
    });
    // It may also have got what happened shortly before it was made.
    const deliveries = (await deliveriesOf(app, webhook)).filter(({ id: of }) =>
      stored.includes(of),
    );
    expect(deliveries.map(({ state }) => state)).toEqual(['failed', 'failed', 'failed']);
    await app.api.delete(`/api/webhooks/${webhook}`).expect(204);
  });

  it('is not sent again by a press that was taken back in time', async () => {
    const quiet = await createTestApp({
      env: { ...QUICK_WEBHOOKS, WORKER: 'false' },
      database: await createTestDatabase(),
    });
    try {
      const webhook = await createWebhook(quiet.api, {
        url: 'https://example.com/in',
        eventKeys: ['nba.run'],
      });
      await storeFailedDeliveries(quiet, webhook, 1, scope);
      const { id } = await createNextAction(quiet.api, scope);
      const pressed = await quiet.api.press(id, 'retry_failed_deliveries').expect(200);
      const { executionId } = pressed.body as { executionId: string };
      const undone = await quiet.api.undo(id, executionId).expect(200);
      expect(undone.body).toMatchObject({ ok: true });
      expect(await quiet.rows('SELECT type, state FROM jobs')).toEqual([
        { type: 'retry_failed_deliveries', state: 'cancelled' },
      ]);
      expect(await deliveriesOf(quiet, webhook)).toMatchObject([{ state: 'failed' }]);
    } finally {
      await quiet.close();
      await quiet.database.drop();
    }
  });

  /** A webhook that is disabled with four tries under way and four more deliveries that wait for a slot. */
  const disabledMidway = async () => {
    const held: (() => void)[] = [];
    receiver.answer = (response) => {
      held.push(() => response.writeHead(503).end());
    };
    const webhook = await make();
    for (let n = 1; n <= 8; n++) {
      await app.api
        .put(`/api/work-items/reminder/${scope.entityId} ${n}`, {
          ...scope,
          state: 'open',
          title: 'Call',
        })
        .expect(201);
    }
    await untilDeliveries(app, webhook, 'pending', 8);
    await eventually('all slots are in use', () => held.length === 4);
    await app.api.patch(`/api/webhooks/${webhook}`, { enabled: false }).expect(200);
    for (const answer of held) answer();
    await eventually('the items are there', async () => (await items()).length === 8);
    expect(await items()).toMatchObject(Array(8).fill({ state: 'failed' }));
    const tries = (await deliveriesOf(app, webhook)).map((delivery) => delivery.tries);
    expect(tries.filter((count) => count === 0).length).toBeGreaterThanOrEqual(4);
    return webhook;
  };
  const recover = async (webhook: string) => {
    await app.api.patch(`/api/webhooks/${webhook}`, { enabled: true }).expect(200);
    const since = new Date(0).toISOString();
    await app.api.post(`/api/webhooks/${webhook}/recover`, { since }).expect(200);
  };

  it('is delivered where it had failed before its first try', async () => {
    const webhook = await disabledMidway();
    receiver.answer = answers(204);
    await recover(webhook);
    await eventually('the items are delivered', async () =>
      (await items()).every(({ state }) => state === 'delivered'),
    );
    expect(await items()).toHaveLength(8);
    await app.api.delete(`/api/webhooks/${webhook}`).expect(204);
    await eventually(
      'the webhook is gone',
      async () => (await deliveriesOf(app, webhook)).length === 0,
    );
    // What was delivered stays so.
    expect(await items()).toMatchObject(Array(8).fill({ state: 'delivered' }));
  });

  it('is cancelled where it had failed before its first try and its webhook is deleted', async () => {
    const webhook = await disabledMidway();
    receiver.answer = () => undefined;
    await recover(webhook);
    await app.api.delete(`/api/webhooks/${webhook}`).expect(204);
    await eventually('the items are cancelled', async () =>
      (await items()).every(({ state }) => state === 'cancelled'),
    );
    expect(await items()).toHaveLength(8);
  });

  it('is cancelled when its webhook is deleted', async () => {
    receiver.answer = answers(503);
    const webhook = await make();
    await app.api
      .put('/api/work-items/reminder/deleted', { ...scope, state: 'open', title: 'Call' })
      .expect(201);
    await eventually('the item is there', async () => (await items())[0]?.state === 'failed');
    await app.api.delete(`/api/webhooks/${webhook}`).expect(204);
    await eventually(
      'the item is cancelled',
      async () => (await items())[0]?.state === 'cancelled',
    );
    expect(await items()).toHaveLength(1);
  });
});
