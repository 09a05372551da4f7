import { type ServerResponse } from 'node:http';
import { Retention } from '../src/database/retention/retention.js';
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

const ACME = { entityType: 'account', entityId: 'acme' };

interface HealthEvent {
  readonly eventKey: string;
  readonly level: string;
  readonly actorId: string | null;
  readonly meta: Record<string, unknown>;
}

describe('the health of a webhook endpoint', () => {
  let app: TestApp;
  let receiver: WebhookReceiver;
  let userId: string;
  beforeAll(async () => {
    receiver = await WebhookReceiver.start();
    app = await createTestApp({ env: QUICK_WEBHOOKS });
    const { body } = await app.api.get('/api/auth/me').expect(200);
    userId = (body as { id: string }).id;
  });
  beforeEach(() => {
    receiver.answer = answers(204);
    receiver.received.length = 0;
  });
  afterEach(async () => {
    await app.rows('DELETE FROM webhook_endpoints');
    await app.rows('DELETE FROM work_items');
  });
  afterAll(async () => {
    await app.close();
    await receiver.close();
  });

  const to = (path: string, eventKeys: readonly string[] = ['nba.upsert']) =>
    addEndpoint(app, { url: urlAt(receiver, `${path}?token=s3same`), eventKeys });
  const eventsOf = (endpointId: string) =>
    app.rows<HealthEvent & Record<string, unknown>>(
      `SELECT event_key AS "eventKey", level, actor_id AS "actorId", meta FROM ops_events
       WHERE source_id = $1 AND event_key LIKE 'webhook.%' ORDER BY id`,
      [endpointId],
    );
  const endpoint = async (id: string) =>
    (
      await app.rows<Record<string, unknown>>(
        `SELECT status, disabled_reason, failures, failing_since FROM webhook_endpoints WHERE id = $1`,
        [id],
      )
    )[0];
  const itemsOf = async () => {
    const { body } = await app.api
      .get('/api/work-items', { kind: 'notification_delivery', scope: '*' })
      .expect(200);
    return (body as { items: Record<string, unknown>[] }).items;
  };

  it('is failing after five failures in a row, once, and recovers with the next success', async () => {
    receiver.answer = answers(500);
    const id = await to('/hook');
    await publishEvents(app, ['one', 'two']);
    await untilDeliveries(app, id, 'failed', 2);
    expect(await endpoint(id)).toMatchObject({ status: 'enabled', failures: 6 });
    const [failing, ...more] = await eventsOf(id);
    expect(more).toEqual([]);
    expect(failing).toMatchObject({
      eventKey: 'webhook.failing',
      level: 'warn',
      actorId: null,
      meta: { failures: 5, lastStatus: 500, lastErrorCode: 'HTTP_STATUS' },
    });
    receiver.answer = answers(200);
    await publishEvents(app, ['three']);
    await untilDeliveries(app, id, 'delivered', 1);
    expect(await endpoint(id)).toMatchObject({ failures: 0, failing_since: null });
    expect((await eventsOf(id)).slice(1)).toMatchObject([
      { eventKey: 'webhook.recovered', meta: { failingSince: failing!.meta.failingSince } },
    ]);
    expect(JSON.stringify(await eventsOf(id))).not.toContain('s3same');
  });

  it('does not change by events of webhooks, so that failures cause no endless events', async () => {
    receiver.answer = answers(500);
    const one = await to('/one', ['nba.upsert', 'webhook.failing', 'webhook.recovered']);
    const two = await to('/two', ['webhook.failing', 'webhook.recovered']);
    await publishEvents(app, ['one', 'two']);
    // The news that the first endpoint fails goes to both, and fails at both.
    await untilDeliveries(app, one, 'failed', 3);
    await untilDeliveries(app, two, 'failed', 1);
    expect(await endpoint(one)).toMatchObject({ failures: 6 });
    expect(await endpoint(two)).toMatchObject({ failures: 0, failing_since: null });
    expect(await eventsOf(one)).toMatchObject([{ eventKey: 'webhook.failing' }]);
    expect(await eventsOf(two)).toEqual([]);
  });

  it('ends by 410: the endpoint is disabled, and what waits for it fails', async () => {
    const silent: ServerResponse[] = [];
    receiver.answer = (response) => silent.push(response);
    const id = await to('/hook');
    const notes = ['a', 'b', 'c', 'd', 'e', 'f'];
    await publishEvents(app, notes, { scope: ACME, actorId: userId });
    await eventually('four are under way', () => silent.length === 4);
    receiver.answer = answers(204);
    // One says that it wants nothing any more; of those under way, one still arrives and two fail.
    silent.shift()!.writeHead(410).end();
    await eventually('it is disabled', async () => (await endpoint(id))?.status === 'disabled');
    await untilDeliveries(app, id, 'failed', 3);
    silent.shift()!.writeHead(200).end();
    for (const response of silent) response.writeHead(500).end();
    await untilDeliveries(app, id, 'failed', 5);
    const states = (await deliveriesOf(app, id)).map(({ state }) => state);
    expect(states.filter((state) => state === 'delivered')).toHaveLength(1);
    expect(gotAt(receiver, '/hook?token=s3same')).toHaveLength(4);
    expect(await endpoint(id)).toMatchObject({ disabled_reason: 'gone' });
    expect(await eventsOf(id)).toMatchObject([
      { eventKey: 'webhook.disabled', level: 'error', meta: { reason: 'gone' } },
    ]);
    expect(await itemsOf()).toHaveLength(5);
    // It gets nothing any more.
    const [before] = await deliveriesOf(app, id).then((all) => [all.length]);
    const live = await to('/live');
    await publishEvents(app, ['later']);
    await untilDeliveries(app, live, 'delivered', 1);
    expect(await deliveriesOf(app, id)).toHaveLength(before ?? 0);
  });

  it('ends after five days of nothing but failures', async () => {
    receiver.answer = answers(500);
    const id = await to('/hook');
    await publishEvents(app, ['one', 'two']);
    await untilDeliveries(app, id, 'failed', 2);
    const since = (days: number) =>
      app.rows(
        `UPDATE webhook_endpoints SET failing_since = now() - $2::int * interval '1 hour'
         WHERE id = $1`,
        [id, days * 24 - 1],
      );
    await since(5);
    await publishEvents(app, ['three']);
    await untilDeliveries(app, id, 'failed', 3);
    expect(await endpoint(id)).toMatchObject({ status: 'enabled' });
    await since(6);
    await publishEvents(app, ['four']);
    await eventually('it is disabled', async () => (await endpoint(id))?.status === 'disabled');
    expect(await endpoint(id)).toMatchObject({ disabled_reason: 'failing' });
    await untilDeliveries(app, id, 'failed', 4);
    expect((await eventsOf(id)).slice(1)).toMatchObject([
      { eventKey: 'webhook.disabled', meta: { reason: 'failing' } },
    ]);
  });

  it('does not end by the first failures after a long silence', async () => {
    receiver.answer = answers(500);
    const id = await to('/hook');
    await publishEvents(app, ['one', 'two']);
    await untilDeliveries(app, id, 'failed', 2);
    await app.rows(
      `UPDATE webhook_endpoints SET failing_since = now() - interval '30 days' WHERE id = $1`,
      [id],
    );
    await app.rows(`UPDATE webhook_deliveries SET updated_at = now() - interval '25 h'`);
    await app.rows(`UPDATE webhook_attempts SET started_at = now() - interval '25 h'`);
    await publishEvents(app, ['after the silence']);
    await untilDeliveries(app, id, 'failed', 3);
    expect(await endpoint(id)).toMatchObject({ status: 'enabled', failures: 9 });
    await publishEvents(app, ['and one more']);
    await eventually('it is disabled', async () => (await endpoint(id))?.status === 'disabled');
    expect(await endpoint(id)).toMatchObject({ disabled_reason: 'failing', failures: 11 });
  });

  describe('with another URL', () => {
    const move = (id: string, path: string) =>
      app.api.patch(`/api/webhooks/${id}`, { url: urlAt(receiver, path) }).expect(200);

    it('starts without failures', async () => {
      receiver.answer = answers(500);
      const id = await to('/before');
      await publishEvents(app, ['one', 'two']);
      await untilDeliveries(app, id, 'failed', 2);
      await app.api.patch(`/api/webhooks/${id}`, { description: 'The same URL' }).expect(200);
      expect(await endpoint(id)).toMatchObject({ failures: 6 });
      await move(id, '/after');
      expect(await endpoint(id)).toMatchObject({ failures: 0, failing_since: null });
    });

    it('does not count what a try to the one before came to, nor ends by its 410', async () => {
      const held = new Map<string, ServerResponse>();
      receiver.answer = (response, { path, body }) => {
        const note = /"requestId":"(\w+)"/.exec(body)![1]!;
        if (path.startsWith('/before')) held.set(note, response);
        else response.writeHead(204).end();
      };
      const id = await to('/before');
      await publishEvents(app, ['gone', 'broken', 'fine']);
      await eventually('three are under way', () => held.size === 3);
      await move(id, '/after');
      held.get('gone')!.writeHead(410).end();
      held.get('broken')!.writeHead(500).end();
      await untilDeliveries(app, id, 'delivered', 2);
      expect(await endpoint(id)).toMatchObject({ status: 'enabled', failures: 0 });
      const moved = gotAt(receiver, '/after').map(({ note }) => note);
      expect(moved.sort()).toEqual(['broken', 'gone']);

      // A success at the URL before makes up for no failures of this one.
      await app.rows(
        'UPDATE webhook_endpoints SET failures = 5, failing_since = now() WHERE id = $1',
        [id],
      );
      held.get('fine')!.writeHead(204).end();
      await untilDeliveries(app, id, 'delivered', 3);
      expect(await endpoint(id)).toMatchObject({ failures: 5 });
      expect(await eventsOf(id)).toMatchObject([{ eventKey: 'webhook.changed' }]);
    });
  });

  it('lets what gives up become a work item, if somebody caused it in a scope', async () => {
    receiver.answer = answers(500);
    const id = await to('/hook');
    await publishEvents(app, ['by a user'], { scope: ACME, actorId: userId });
    await publishEvents(app, ['by the system'], { scope: ACME });
    await publishEvents(app, ['without a scope'], { actorId: userId });
    await untilDeliveries(app, id, 'failed', 3);
    const deliveries = await deliveriesOf(app, id);
    const scoped = deliveries.find(
      ({ entity_type: type, actor_kind: kind }) => type !== null && kind !== null,
    );
    const items = await itemsOf();
    expect(items).toMatchObject([
      {
        ...ACME,
        kind: 'notification_delivery',
        externalId: scoped!.id,
        state: 'failed',
        title: 'The webhook of nba.upsert could not be delivered',
        attributes: { endpointId: id, eventKey: 'nba.upsert', tries: 3, lastStatus: 500 },
      },
    ]);
    expect(JSON.stringify(items)).not.toContain('s3same');
  });

  it('keeps deliveries for RETAIN_DELIVERIES_DAYS after their end, and what is pending', async () => {
    const id = await to('/hook');
    await publishEvents(app, ['old', 'young', 'pending']);
    await untilDeliveries(app, id, 'delivered', 3);
    const set = (note: string, days: number, columns = '') =>
      app.rows(
        `UPDATE webhook_deliveries SET updated_at = now() - $2::int * interval '1 day' ${columns}
         WHERE body LIKE '%"requestId":"' || $1 || '"%'`,
        [note, days],
      );
    await set('old', 31);
    await set('young', 29);
    await set('pending', 31, `, state = 'pending', next_try_at = now() + interval '1 hour'`);
    const outcomes = await app.get(Retention).run({ waitMs: 20_000 });
    expect(outcomes.find(({ name }) => name === 'webhook_deliveries')).toMatchObject({
      what: 'deliveries that ended after 30 days',
      count: 1,
    });
    const left = await deliveriesOf(app, id);
    expect(left.map(({ state }) => state).sort()).toEqual(['delivered', 'pending']);
    const tries = await app.rows('SELECT FROM webhook_attempts');
    expect(tries).toHaveLength(2);
  });
});
