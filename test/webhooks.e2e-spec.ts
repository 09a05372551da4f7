import { Webhook } from 'standardwebhooks';
import { type WebhookAnswer } from '../src/webhooks/api/webhooks.dto.js';
import { DeletedEndpoints } from '../src/webhooks/deliveries/deleted-endpoints.js';
import { createTestApp, type TestApp } from './support/app.js';
import { problems } from './support/problems.js';
import { type Received, signatureOf, WebhookReceiver } from './support/webhook-receiver.js';
import { type MadeWebhook, makeWebhook, NEW_WEBHOOK, sendTo } from './support/webhooks.js';

jest.setTimeout(120_000);

const { url: URL } = NEW_WEBHOOK;
const HEADERS = { 'X-Api-Key': 'canary-header-4711', Authorization: 'Bearer canary-bearer-4711' };

/** What a try of the endpoint sends, as the receiver gets it. */
async function sent(app: TestApp, id: string, receiver: WebhookReceiver): Promise<Received> {
  const result = await sendTo(app, id, '{"type":"nba.run"}');
  expect(result).toMatchObject({ errorCode: null });
  return receiver.received.at(-1)!;
}

describe('a webhook', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({ env: { WEBHOOK_ALLOW_PRIVATE_ADDRESSES: '127.0.0.0/8' } });
  });
  afterAll(() => app.close());

  /** The events about a webhook, newest first. */
  const eventsOf = async (id: string) => {
    const { body } = await app.api.get('/api/ops-events', { pageSize: 100 }).expect(200);
    const { items } = body as {
      items: { eventKey: string; actorId: string; sourceId: string; meta: object }[];
    };
    return items.filter(({ sourceId }) => sourceId === id);
  };

  it('is made with a secret that is shown once, and without the values of its headers', async () => {
    const body = {
      url: URL,
      eventKeys: ['nba.run', 'nba.delivery.executed', 'nba.run'],
      scopes: ['desk/b', 'account/*', 'account/acme'],
      description: 'For the CRM',
      headers: HEADERS,
    };
    const made = await app.api.post('/api/webhooks', body).expect(201);
    const { secret, ...shown } = made.body as MadeWebhook;
    const me = (await app.api.get('/api/auth/me')).body.id as string;
    expect(made.headers).toMatchObject({
      location: `/api/webhooks/${shown.id}`,
      'cache-control': 'no-store',
    });
    expect(secret).toMatch(/^whsec_[\w+/]{43}=$/);
    expect(shown).toEqual({
      id: expect.any(String),
      url: URL,
      description: 'For the CRM',
      eventKeys: ['nba.delivery.executed', 'nba.run'],
      scopes: ['account/*', 'desk/b'],
      headerNames: ['authorization', 'x-api-key'],
      enabled: true,
      disabledReason: null,
      disabledAt: null,
      failingSince: null,
      previousSecretUntil: null,
      createdBy: me,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });
    expect((await app.api.get(made.headers.location!).expect(200)).body).toEqual(shown);
    const listed = await app.api.get('/api/webhooks').expect(200);
    expect(listed.body.items[0]).toEqual(shown);
    expect(await eventsOf(shown.id)).toMatchObject([
      {
        eventKey: 'webhook.created',
        actorId: me,
        meta: {
          host: 'hooks.example.com',
          eventKeys: ['nba.delivery.executed', 'nba.run'],
          scopes: ['account/*', 'desk/b'],
        },
      },
    ]);
  });

  it('stores its secrets and headers encrypted, and leaves them in no log, event or answer', async () => {
    const { id, secret } = await makeWebhook(app.api, { headers: HEADERS });
    const rotated = (await app.api.post(`/api/webhooks/${id}/rotate-secret`).expect(200))
      .body as MadeWebhook;
    await app.api.patch(`/api/webhooks/${id}`, { headers: { 'X-Other': 'canary-other-4711' } });
    const answers = [
      (await app.api.get(`/api/webhooks/${id}`)).text,
      (await app.api.get('/api/webhooks')).text,
      (await app.api.get('/api/ops-events')).text,
    ];
    const everything = await app.rows(
      `SELECT row_to_json(t)::text FROM webhook_endpoints t
       UNION ALL SELECT row_to_json(e)::text FROM ops_events e`,
    );
    const texts = [...answers, JSON.stringify(everything), JSON.stringify(app.logs())];
    const canaries = ['canary-header-4711', 'canary-bearer-4711', 'canary-other-4711'];
    for (const text of texts) {
      for (const canary of [...canaries, secret.slice(6), rotated.secret.slice(6)]) {
        expect(text).not.toContain(canary);
      }
    }
    const [row] = await app.rows<Record<string, Buffer> & Record<string, never>>(
      'SELECT secret_box, previous_secret_box, headers_box FROM webhook_endpoints WHERE id = $1',
      [id],
    );
    const secrets = [secret, rotated.secret].flatMap((each) => [
      Buffer.from(each),
      Buffer.from(each.slice(6), 'base64'),
    ]);
    for (const box of Object.values<Buffer>(row!)) {
      expect(box.length).toBeGreaterThan(32);
      for (const plain of [...secrets, ...canaries.map((each) => Buffer.from(each))]) {
        expect(box.includes(plain)).toBe(false);
      }
    }
  });

  it('changes only what a patch names, and says so', async () => {
    const { id } = await makeWebhook(app.api, { headers: HEADERS, description: 'One' });
    const before = (await app.api.get(`/api/webhooks/${id}`)).body as WebhookAnswer;
    const patch = async (body: object) =>
      (await app.api.patch(`/api/webhooks/${id}`, body).expect(200)).body as WebhookAnswer;
    expect(await patch({})).toEqual(before);
    expect(await patch({ url: before.url, enabled: true, description: 'One' })).toEqual(before);
    expect(await eventsOf(id)).toHaveLength(1);

    const changed = await patch({
      url: 'https://other.example.com:8443',
      eventKeys: ['*', 'nba.run'],
      scopes: ['account/acme'],
      description: null,
      headers: { 'x-API-key': 'new', Authorization: null, 'X-More': 'more' },
    });
    expect(changed).toEqual({
      ...(before as object),
      url: 'https://other.example.com:8443/',
      eventKeys: ['*'],
      scopes: ['account/acme'],
      description: null,
      headerNames: ['x-api-key', 'x-more'],
      updatedAt: expect.any(String),
    });
    const [event] = await eventsOf(id);
    expect(event).toMatchObject({
      eventKey: 'webhook.changed',
      meta: {
        changed: ['url', 'eventKeys', 'scopes', 'description', 'headers'],
        host: 'other.example.com:8443',
        eventKeys: ['*'],
        enabled: true,
      },
    });
    expect((await patch({ headers: null })).headerNames).toEqual([]);
  });

  it('does not send its headers to another origin, whoever changes the URL', async () => {
    const [first, second] = [await WebhookReceiver.start(), await WebhookReceiver.start()];
    try {
      const { id } = await makeWebhook(app.api, { url: first.url, headers: HEADERS });
      const patch = (body: object) => app.api.patch(`/api/webhooks/${id}`, body);
      await patch({ url: `${first.url}/other` }).expect(200);
      const refused = await patch({ url: second.url }).expect(400);
      expect(refused.body).toEqual(problems.validationFailed('headers'));
      const moved = await patch({ url: second.url, headers: { 'X-New': 'new' } }).expect(200);
      expect((moved.body as WebhookAnswer).headerNames).toEqual(['x-new']);
      const { headers } = await sent(app, id, second);
      expect(headers).toMatchObject({ 'x-new': 'new' });
      expect(JSON.stringify(headers)).not.toContain('canary');
      const bare = await patch({ url: first.url, headers: {} }).expect(200);
      expect((bare.body as WebhookAnswer).headerNames).toEqual([]);
      await patch({ url: second.url }).expect(200);
    } finally {
      await Promise.all([first.close(), second.close()]);
    }
  });

  it('is disabled and enabled again', async () => {
    const { id } = await makeWebhook(app.api);
    const patch = async (enabled: boolean) =>
      (await app.api.patch(`/api/webhooks/${id}`, { enabled }).expect(200)).body as WebhookAnswer;
    const disabled = await patch(false);
    expect(disabled).toMatchObject({
      enabled: false,
      disabledReason: 'operator',
      disabledAt: expect.any(String),
    });
    expect(await patch(false)).toEqual(disabled);
    await app.rows(
      `UPDATE webhook_endpoints SET disabled_reason = 'gone', failing_since = now() WHERE id = $1`,
      [id],
    );
    expect(await patch(false)).toMatchObject({ disabledReason: 'gone' });
    expect(await patch(true)).toMatchObject({
      enabled: true,
      disabledReason: null,
      disabledAt: null,
      failingSince: null,
    });
    expect((await eventsOf(id)).map(({ eventKey }) => eventKey)).toEqual([
      'webhook.changed',
      'webhook.changed',
      'webhook.created',
    ]);
  });

  it('is deleted with its deliveries', async () => {
    const { id } = await makeWebhook(app.api);
    await app.rows(
      `INSERT INTO webhook_deliveries (id, endpoint_id, event_id, event_key, message_id, body, next_try_at)
       VALUES (gen_random_uuid(), $1, gen_random_uuid(), 'nba.run', 'msg_1', '{}', now() + interval '1 day')`,
      [id],
    );
    await app.api.delete(`/api/webhooks/${id}`).expect(204);
    // The rest of it is removed by a process that runs jobs.
    await app.get(DeletedEndpoints).clean();
    const left = await app.rows('SELECT 1 FROM webhook_deliveries WHERE endpoint_id = $1', [id]);
    expect(left).toEqual([]);
    for (const request of [
      app.api.get(`/api/webhooks/${id}`),
      app.api.patch(`/api/webhooks/${id}`, { enabled: false }),
      app.api.delete(`/api/webhooks/${id}`),
      app.api.post(`/api/webhooks/${id}/rotate-secret`),
      app.api.get('/api/webhooks/one'),
    ]) {
      expect((await request.expect(404)).body.code).toBe('WEBHOOK_NOT_FOUND');
    }
    expect((await eventsOf(id))[0]).toMatchObject({ eventKey: 'webhook.deleted' });
  });

  it('signs with both secrets for 24 h after a rotation', async () => {
    const receiver = await WebhookReceiver.start();
    try {
      const { id, secret } = await makeWebhook(app.api, { url: receiver.url, headers: HEADERS });
      const first = await sent(app, id, receiver);
      expect(first.headers).toMatchObject({
        'x-api-key': 'canary-header-4711',
        authorization: 'Bearer canary-bearer-4711',
      });
      expect(first.headers['webhook-signature']).toBe(signatureOf(first, secret));

      const answer = await app.api.post(`/api/webhooks/${id}/rotate-secret`).expect(200);
      const rotated = answer.body as MadeWebhook;
      expect(answer.headers['cache-control']).toBe('no-store');
      const dayAhead = Date.parse(String(rotated.previousSecretUntil)) - Date.now();
      expect(dayAhead).toBeGreaterThan(86_300_000);
      expect(dayAhead).toBeLessThanOrEqual(86_400_000);
      const during = await sent(app, id, receiver);
      expect(during.headers['webhook-signature']).toBe(
        `${signatureOf(during, rotated.secret)} ${signatureOf(during, secret)}`,
      );
      for (const each of [secret, rotated.secret]) {
        const headers = during.headers as Record<string, string>;
        expect(new Webhook(each).verify(during.body, headers)).toEqual({ type: 'nba.run' });
      }
      const [event] = await eventsOf(id);
      expect(event).toMatchObject({
        eventKey: 'webhook.secret_rotated',
        meta: { previousUntil: rotated.previousSecretUntil },
      });

      await app.rows(`UPDATE webhook_endpoints SET previous_secret_until = now() WHERE id = $1`, [
        id,
      ]);
      const after = await sent(app, id, receiver);
      expect(after.headers['webhook-signature']).toBe(signatureOf(after, rotated.secret));
      expect((await app.api.get(`/api/webhooks/${id}`)).body.previousSecretUntil).toBeNull();
    } finally {
      await receiver.close();
    }
  });
});
