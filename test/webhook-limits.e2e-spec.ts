import { type WebhookAnswer } from '../src/webhooks/api/webhooks.dto.js';
import { createTestApp, type TestApp } from './support/app.js';
import { problems } from './support/problems.js';
import { makeWebhook, NEW_WEBHOOK } from './support/webhooks.js';

jest.setTimeout(120_000);

const { url: URL } = NEW_WEBHOOK;

describe('a webhook', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({ env: { WEBHOOK_ALLOW_PRIVATE_ADDRESSES: '127.0.0.0/8' } });
  });
  afterAll(() => app.close());

  it.each([
    ['url', {}, { url: undefined }],
    ['url', {}, { url: 'http://169.254.169.254/latest' }],
    ['url', {}, { url: 'http://[::ffff:10.0.0.1]/' }],
    ['url', {}, { url: 'http://0xa000001/' }],
    ['url', {}, { url: 'https://user:pass@example.com/' }],
    ['url', {}, { url: 'ftp://example.com/' }],
    ['url', {}, { url: `https://example.com/${'x'.repeat(2000)}` }],
    ['url', {}, { url: 7 }],
    ['url', { url: null }, undefined],
    ['eventKeys', { eventKeys: [] }, undefined],
    ['eventKeys', { eventKeys: null }, undefined],
    ['eventKeys', { eventKeys: ['nba.no_such'] }, undefined],
    ['eventKeys', { eventKeys: 'nba.run' }, undefined],
    ['scopes', { scopes: [] }, undefined],
    ['scopes', { scopes: null }, undefined],
    ['scopes', { scopes: ['Account/acme'] }, undefined],
    ['description', { description: ' ' }, undefined],
    ['description', { description: 'x'.repeat(501) }, undefined],
    ['headers', { headers: [] }, undefined],
    ['headers', { headers: 'x' }, undefined],
    ['headers', { headers: { Host: 'other' } }, undefined],
    ['headers', { headers: { 'content-Length': '1' } }, undefined],
    ['headers', { headers: { Connection: 'close' } }, undefined],
    ['headers', { headers: { 'Transfer-Encoding': 'chunked' } }, undefined],
    ['headers', { headers: { 'Webhook-Signature': 'v1,x' } }, undefined],
    ['headers', { headers: { 'Proxy-Authorization': 'x' } }, undefined],
    ['headers', { headers: { 'X Y': 'x' } }, undefined],
    ['headers', { headers: { '': 'x' } }, undefined],
    ['headers', { headers: { 'X-A': 'sesame\r\nX-B: y' } }, undefined],
    ['headers', { headers: { 'X-A': 'sesame ' } }, undefined],
    ['headers', { headers: { 'X-A': 'sésame' } }, undefined],
    ['headers', { headers: { 'X-A': '' } }, undefined],
    ['headers', { headers: { 'X-A': 1 } }, undefined],
    ['headers', { headers: { 'X-A': 'x', 'x-a': 'y' } }, undefined],
    ['headers', { headers: { 'X-A': 'x'.repeat(2001) } }, undefined],
    [
      'headers',
      { headers: Object.fromEntries([...Array(21).keys()].map((n) => [`x${n}`, 'x'])) },
      undefined,
    ],
    ['secret', { secret: 'whsec_AAAA' }, undefined],
    ['status', { status: 'enabled' }, undefined],
  ])('refuses a wrong %s: %j %j', async (field, both, created) => {
    const { id } = await makeWebhook(app.api);
    const body = { url: URL, eventKeys: ['nba.run'], ...both, ...created };
    const refused = await app.api.post('/api/webhooks', body).expect(400);
    expect(refused.body).toEqual(problems.validationFailed(field));
    expect(refused.text).not.toMatch(/s[eé]same/);
    const change = created?.url === undefined ? both : created;
    if (Object.keys(change).length === 0) return;
    const patched = await app.api.patch(`/api/webhooks/${id}`, change).expect(400);
    expect(patched.body).toEqual(problems.validationFailed(field));
  });

  it('has at most 20 headers, also by several patches', async () => {
    const many = (from: number, to: number) =>
      Object.fromEntries([...Array(to).keys()].slice(from).map((n) => [`x-${n}`, 'x']));
    const { id } = await makeWebhook(app.api, { headers: many(0, 20) });
    const more = await app.api.patch(`/api/webhooks/${id}`, { headers: many(20, 21) }).expect(400);
    expect(more.body).toEqual(problems.validationFailed('headers'));
    const swapped = { headers: { ...many(20, 21), 'x-0': null } };
    await app.api.patch(`/api/webhooks/${id}`, swapped).expect(200);
  });

  it('takes no null for a header that is made', async () => {
    const body = { url: URL, eventKeys: ['*'], headers: { 'X-A': null } };
    const refused = await app.api.post('/api/webhooks', body).expect(400);
    expect(refused.body).toEqual(problems.validationFailed('headers'));
  });

  it('is one of 100 at most, also when two are made at once', async () => {
    const [{ total }] = (await app.rows<{ total: number }>(
      'SELECT count(*)::int AS total FROM webhook_endpoints WHERE deleted_at IS NULL',
    )) as [{ total: number }];
    await app.rows(
      `INSERT INTO webhook_endpoints (id, url, event_keys, scopes, secret_box)
       SELECT gen_random_uuid(), 'https://example.com/', '{*}', '{*}', '\\x00' FROM generate_series(1, $1)`,
      [99 - total],
    );
    const body = { url: URL, eventKeys: ['*'] };
    const answers = await Promise.all(
      [1, 2, 3].map(() => app.api.post('/api/webhooks', body).then(({ status }) => status)),
    );
    expect(answers.sort()).toEqual([201, 409, 409]);
    const refused = await app.api.post('/api/webhooks', body).expect(409);
    expect(refused.body.code).toBe('WEBHOOK_LIMIT_REACHED');
    // The list is paged like every list.
    const first = await app.api.get('/api/webhooks', { pageSize: 60 }).expect(200);
    const { nextCursor } = first.body.pagination as { nextCursor: string };
    const rest = await app.api
      .get('/api/webhooks', { pageSize: 60, cursor: nextCursor })
      .expect(200);
    const ids = [...first.body.items, ...rest.body.items].map(({ id }: WebhookAnswer) => id);
    expect(new Set(ids).size).toBe(100);
  });
});
