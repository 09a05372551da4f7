import { TransactionRunner } from '../src/database/transactions/transaction-runner.js';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
} from '../src/next-actions/delivery/delivery-action.js';
import { createTestApp, OPERATOR, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { query } from './support/embedded-probes.js';
import { eventually } from './support/eventually.js';
import { TcpProxy } from './support/tcp-proxy.js';

jest.setTimeout(40_000);

/** Runs a statement once the test has been notified; its time limit is the shorter one. */
@DeliveryAction({ key: 'ask', label: 'Ask', timeoutMs: 200 })
class AskAction implements DeliveryActionHandler {
  static onRun: () => void = () => undefined;

  async run({ tx }: DeliveryContext): Promise<DeliveryOutcome> {
    AskAction.onRun();
    await tx.query({ name: 'ask', text: 'SELECT 1' });
    return {};
  }
}

describe('a database that stops answering without closing a connection', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let app: TestApp;
  beforeAll(async () => {
    database = await createTestDatabase();
    proxy = new TcpProxy(new URL(database.url));
    await proxy.open();
    app = await createTestApp({
      providers: [AskAction],
      database: { url: proxy.url, drop: () => Promise.resolve() },
      env: { STATEMENT_TIMEOUT_MS: '300', AUTH_CACHE_MS: '60000', WORKER: 'false' },
    });
  });
  afterAll(async () => {
    await app.close();
    await proxy.cut();
    await database.drop();
  });

  it('leaves no request without an answer, and the server recovers when the database does', async () => {
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

  it('is not counted as a failure of the running action, even if that has the shorter limit', async () => {
    const { id } = await createNextAction(app.api);
    AskAction.onRun = () => proxy.fallSilent();
    const { status, body, headers } = await app.api.press(id, 'ask');
    expect([status, body.code]).toEqual([503, 'DATABASE_TIMEOUT']);
    expect(headers['retry-after']).toMatch(/^[1-9]\d*$/);
    AskAction.onRun = () => undefined;
    proxy.speak();
    await eventually('the database answers', async () => {
      const answer = await app.api.get(`/api/next-actions/${id}/executions`);
      return answer.status === 200 && answer.body.items.length === 0;
    });
    await app.api.press(id, 'ask').expect(200);
  });

  it('repeats nothing that was committed but not answered', async () => {
    const transactions = app.get(TransactionRunner);
    await query(database.url, 'CREATE TABLE test_once (at timestamptz)');
    const insert = { name: 'test_once', text: 'INSERT INTO test_once VALUES (now())' };
    proxy.swallowAnswers();
    const done = transactions.run((tx) => {
      tx.defer(insert);
      return Promise.resolve();
    });
    done.catch(() => undefined);
    const rows = () => query(database.url, 'SELECT at FROM test_once');
    await eventually('the row is there', async () => (await rows()).length > 0);
    proxy.speak();
    await expect(done).rejects.toThrow();
    expect(await rows()).toHaveLength(1);
  });
});
