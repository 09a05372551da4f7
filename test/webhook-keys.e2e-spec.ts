import { type WebhookAnswer } from '../src/webhooks/api/webhooks.dto.js';
import { createTestApp, type TestApp, WEBHOOK_ENCRYPTION_KEY } from './support/app.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { WebhookReceiver } from './support/webhook-receiver.js';
import { sendTo } from './support/webhooks.js';

const NEWER = 'tests:Yc6H-p5x8Qm7vX2-kd9Zt_4LsWn8bRf3';
const NEWEST = 'tests:Bf3Rc6H-p5x8Qm7vX2-kd9Zt_4LsWn8-Yc';
const OLDER = WEBHOOK_ENCRYPTION_KEY;

describe('the key that encrypts webhooks', () => {
  let database: TestDatabase;
  let receiver: WebhookReceiver;
  beforeEach(async () => {
    database = await createTestDatabase();
    receiver = await WebhookReceiver.start();
  });
  afterEach(async () => {
    await receiver.close();
    await database.drop();
  });

  /** Runs `work` with a server that has these keys. */
  const withKeys = async <T>(keys: string[], work: (app: TestApp) => Promise<T>): Promise<T> => {
    const env = { WEBHOOK_ALLOW_PRIVATE_ADDRESSES: '127.0.0.1' };
    const app = await createTestApp({ database, env, secrets: { webhookEncryptionKeys: keys } });
    try {
      return await work(app);
    } finally {
      await app.close();
    }
  };

  const make = (app: TestApp) => {
    const body = { url: receiver.url, eventKeys: ['*'], headers: { 'X-A': 'a', 'X-B': 'b' } };
    return app.api.post('/api/webhooks', body);
  };

  const logged = (app: TestApp, text: string) =>
    app.logs().filter(({ msg }) => String(msg).includes(text));

  it('is needed to make a webhook, and for nothing else', async () => {
    await withKeys([], async (app) => {
      const { body } = await make(app).expect(409);
      expect(body).toMatchObject({
        code: 'WEBHOOKS_NOT_CONFIGURED',
        detail: expect.stringContaining('WEBHOOK_ENCRYPTION_KEY'),
      });
      await app.api.get('/api/webhooks').expect(200);
    });
  });

  it('is replaced by one before it: a start encrypts everything anew, and the old one can go', async () => {
    const id = await withKeys([OLDER], async (app) => {
      const { body } = await make(app).expect(201);
      const made = body as WebhookAnswer;
      await app.api.post(`/api/webhooks/${made.id}/rotate-secret`).expect(200);
      expect(logged(app, 'anew')).toEqual([]);
      return made.id;
    });
    await withKeys([NEWER, OLDER], async (app) => {
      expect(logged(app, 'encrypted 1 webhook anew')).toHaveLength(1);
      expect(await sendTo(app, id)).toMatchObject({ errorCode: null });
    });
    await withKeys([NEWER], async (app) => {
      expect(logged(app, 'anew')).toEqual([]);
      expect(await sendTo(app, id)).toMatchObject({ errorCode: null });
      const [first, second] = receiver.received;
      expect(second?.headers).toMatchObject({ 'x-a': 'a', 'x-b': 'b' });
      for (const request of [first, second]) {
        expect(String(request?.headers['webhook-signature']).split(' ')).toHaveLength(2);
      }
    });
  });

  it('that is lost is named by the start and by each try, and a rotation makes up for it', async () => {
    const id = await withKeys([OLDER], async (app) => {
      return ((await make(app).expect(201)).body as WebhookAnswer).id;
    });
    await withKeys([], async (app) => {
      expect(await sendTo(app, id)).toMatchObject({ errorCode: 'SECRET_UNREADABLE' });
      expect(logged(app, 'can not be decrypted')).toHaveLength(1);
    });
    await withKeys([NEWER], async (app) => {
      expect(logged(app, 'can not be decrypted')).toMatchObject([
        { level: 'warn', webhookId: id, reason: expect.stringContaining('WEBHOOK_ENCRYPTION_KEY') },
      ]);
      expect(await sendTo(app, id)).toMatchObject({
        status: null,
        errorCode: 'SECRET_UNREADABLE',
        error: expect.stringContaining('WEBHOOK_ENCRYPTION_KEY'),
      });
      const change = { headers: { 'X-A': 'new' } };
      const refused = await app.api.patch(`/api/webhooks/${id}`, change).expect(409);
      expect(refused.body.code).toBe('WEBHOOK_UNREADABLE');

      await app.api.patch(`/api/webhooks/${id}`, { description: 'Still ours' }).expect(200);
      await app.api.patch(`/api/webhooks/${id}`, { headers: null }).expect(200);
      await app.api.patch(`/api/webhooks/${id}`, change).expect(200);
      await app.api.post(`/api/webhooks/${id}/rotate-secret`).expect(200);
      expect(await sendTo(app, id)).toMatchObject({ errorCode: null });
      expect(receiver.received[0]?.headers['x-a']).toBe('new');
    });
  });

  it('that is lost does not stop later keys, neither after a rotation nor by the headers', async () => {
    const { body } = await withKeys([OLDER], (app) => make(app).expect(201));
    const { id } = body as WebhookAnswer;
    // The headers stay unreadable; the secret of before is not kept.
    await withKeys([NEWER], async (app) => {
      const rotated = await app.api.post(`/api/webhooks/${id}/rotate-secret`).expect(200);
      expect(rotated.body).toMatchObject({ previousSecretUntil: null });
    });
    await withKeys([NEWEST, NEWER], (app) => {
      expect(logged(app, 'encrypted 1 webhook anew')).toHaveLength(1);
      expect(logged(app, 'can not be decrypted')).toHaveLength(1);
      return Promise.resolve();
    });
    await withKeys([NEWEST], async (app) => {
      await app.api.patch(`/api/webhooks/${id}`, { headers: null }).expect(200);
      expect(await sendTo(app, id)).toMatchObject({ errorCode: null });
    });
  });

  it('drops a secret whose time is over when another key encrypts anew', async () => {
    const id = await withKeys([OLDER], async (app) => {
      const { body } = await make(app).expect(201);
      const made = body as WebhookAnswer;
      await app.api.post(`/api/webhooks/${made.id}/rotate-secret`).expect(200);
      await app.rows('UPDATE webhook_endpoints SET previous_secret_until = now()');
      return made.id;
    });
    await withKeys([NEWER, OLDER], async (app) => {
      expect(
        await app.rows(
          `SELECT previous_secret_box, previous_secret_until FROM webhook_endpoints WHERE id = $1`,
          [id],
        ),
      ).toEqual([{ previous_secret_box: null, previous_secret_until: null }]);
    });
  });

  it('leaves out a secret of before that is damaged, and signs by the new one', async () => {
    await withKeys([OLDER], async (app) => {
      const { body } = await make(app).expect(201);
      const { id } = body as WebhookAnswer;
      await app.api.post(`/api/webhooks/${id}/rotate-secret`).expect(200);
      await app.rows(
        `UPDATE webhook_endpoints
         SET previous_secret_box = set_byte(previous_secret_box, 40,
           get_byte(previous_secret_box, 40) # 1)`,
      );
      expect(await sendTo(app, id)).toMatchObject({ errorCode: null });
      expect(String(receiver.received[0]?.headers['webhook-signature'])).not.toContain(' ');
    });
  });
});
