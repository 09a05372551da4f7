import { type WebhookAnswer } from '../src/webhooks/api/webhooks.dto.js';
import { createTestApp, type TestApp } from './support/app.js';
import { type ApiClient } from './support/requests.js';
import { addUser } from './support/users.js';
import { makeWebhook, NEW_WEBHOOK } from './support/webhooks.js';

jest.setTimeout(120_000);

const { url: URL } = NEW_WEBHOOK;

describe('an administrator of some scopes', () => {
  let app: TestApp;
  let own: ApiClient;
  beforeAll(async () => {
    app = await createTestApp();
    own = (await addUser(app, { role: 'admin', scopes: ['account/*', 'desk/a'] })).api;
  });
  afterAll(() => app.close());

  it('makes and sees webhooks within those scopes, and no others', async () => {
    const within = await makeWebhook(app.api, { scopes: ['account/acme'] });
    const beyond = await makeWebhook(app.api, { scopes: ['account/acme', 'desk/b'] });
    const all = await makeWebhook(app.api);
    expect(all.scopes).toEqual(['*']);
    const made = await makeWebhook(own);
    expect(made.scopes).toEqual(['account/*', 'desk/a']);
    const listed = await own.get('/api/webhooks').expect(200);
    expect(listed.body.items.map(({ id }: WebhookAnswer) => id)).toEqual([made.id, within.id]);
    for (const { id } of [beyond, all]) {
      for (const request of [
        own.get(`/api/webhooks/${id}`),
        own.patch(`/api/webhooks/${id}`, { enabled: false }),
        own.delete(`/api/webhooks/${id}`),
        own.post(`/api/webhooks/${id}/rotate-secret`),
      ]) {
        expect((await request.expect(404)).body.code).toBe('WEBHOOK_NOT_FOUND');
      }
    }
    for (const scopes of [['*'], ['desk/*'], ['account/acme', 'desk/b']]) {
      const body = { url: URL, eventKeys: ['*'], scopes };
      expect((await own.post('/api/webhooks', body).expect(403)).body.code).toBe(
        'GRANT_BEYOND_OWN',
      );
      const patched = await own.patch(`/api/webhooks/${made.id}`, { scopes }).expect(403);
      expect(patched.body.code).toBe('GRANT_BEYOND_OWN');
    }
    await own.patch(`/api/webhooks/${within.id}`, { scopes: ['account/other'] }).expect(200);
  });

  it.each(['operator', 'viewer'] as const)('is no %s: those manage no webhooks', async (role) => {
    const { id } = await makeWebhook(app.api);
    const { api } = await addUser(app, { role });
    for (const request of [
      api.get('/api/webhooks'),
      api.post('/api/webhooks', { url: URL, eventKeys: ['*'] }),
      api.get(`/api/webhooks/${id}`),
      api.patch(`/api/webhooks/${id}`, { enabled: false }),
      api.delete(`/api/webhooks/${id}`),
      api.post(`/api/webhooks/${id}/rotate-secret`),
    ]) {
      expect((await request.expect(403)).body.code).toBe('PERMISSION_DENIED');
    }
  });
});
