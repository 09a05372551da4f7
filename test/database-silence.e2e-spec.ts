import { createTestApp, OPERATOR, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { TcpProxy } from './support/tcp-proxy.js';

jest.setTimeout(40_000);

describe('a database that falls silent without closing a connection', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let app: TestApp;
  beforeAll(async () => {
    database = await createTestDatabase();
    proxy = new TcpProxy(new URL(database.url));
    await proxy.open();
    app = await createTestApp({
      database: { url: proxy.url, drop: () => Promise.resolve() },
      env: { STATEMENT_TIMEOUT_MS: '300', AUTH_CACHE_MS: '60000', WORKER: 'false' },
    });
  });
  afterAll(async () => {
    await app.close();
    await proxy.cut();
    await database.drop();
  });

  it('leaves no request without an answer, and the server is back when the database is', async () => {
    const { id } = await createNextAction(app.api);
    await Promise.all(Array.from({ length: 6 }, () => app.api.get('/api/next-actions')));
    proxy.fallSilent();
    const answers = await Promise.all([
      app.api.press(id, 'mark_done'),
      app.api.get('/api/next-actions'),
      app.api.get('/api/next-actions/summary'),
      app.anonymous.post('/api/auth/login', OPERATOR),
      app.anonymous.get('/health/ready'),
      app.api.put('/api/work-items/reminder/silent', { title: 'x', state: 'open' }),
    ]);
    for (const { status, body, headers } of answers) {
      expect([status, body.code]).toEqual([503, expect.stringMatching(/^DATABASE_/)]);
      expect(headers['retry-after']).toMatch(/^[1-9]\d*$/);
    }
    await app.anonymous.get('/health/live').expect(200);
    proxy.speak();
    await app.anonymous.get('/health/ready').expect(200);
    await app.api.press(id, 'mark_done').expect(200);
    const { body } = await app.api.get(`/api/next-actions/${id}/executions`);
    expect(body.pagination.total).toBe(1);
  });
});
