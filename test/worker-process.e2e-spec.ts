import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { createTestApp, JWT_SECRET, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { compiled } from './support/compiled.js';
import { eventually } from './support/eventually.js';
import { QUICK_JOBS, showJob } from './support/jobs.js';
import { TcpProxy } from './support/tcp-proxy.js';

/** Starts src/worker.ts and resolves with the port of its probes. */
async function startWorker(databaseUrl: string): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, [compiled('src/worker.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      WORKER_PORT: '0',
      WORKER: 'false',
      DATABASE_URL: databaseUrl,
      JWT_SECRET,
      ...QUICK_JOBS,
    },
  });
  for await (const line of createInterface(child.stdout)) {
    const said = JSON.parse(line) as { msg: string; port: number };
    if (said.msg !== 'worker is ready') continue;
    child.stdout.resume();
    return { child, port: said.port };
  }
  throw new Error('The worker ended at its start.');
}

/** What an answer says, but for what differs from one request to the next. */
async function said(answering: Promise<Response>): Promise<object> {
  const response = await answering;
  const { status, headers } = response;
  const id = headers.get('X-Request-Id');
  const { requestId = id, ...body } = (await response.json()) as Record<string, unknown>;
  expect(id).toMatch(/^[\w-]{36}$/);
  expect(requestId).toBe(id);
  const [type, retryAfter] = [headers.get('Content-Type'), headers.get('Retry-After')];
  return { status, type, retryAfter, body };
}

describe('a worker that runs alone', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({ env: { WORKER: 'false' } });
  });
  afterAll(() => app.close());

  it('works what the server enqueues, answers the probes and no other route, and stops', async () => {
    const { child, port } = await startWorker(app.database.url);
    const answer = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${port}${path}`);
    try {
      expect((await answer('/health/live')).status).toBe(200);
      expect((await answer('/health/ready')).status).toBe(200);
      expect((await answer('/api/jobs')).status).toBe(404);

      const { id } = await createNextAction(app.api);
      await app.api.press(id, 'retry_failed_deliveries').expect(200);
      const [job] = await app.rows<{ id: string }>(
        `SELECT id FROM jobs WHERE type = 'retry_failed_deliveries'`,
      );
      await eventually('the job is done', async () => {
        return (await showJob(app, job?.id ?? '')).state === 'completed';
      });
    } finally {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      expect(await gone).toEqual([0, null]);
    }
  }, 90_000);

  it('answers its probes as the server does, also while the database is away', async () => {
    const proxy = new TcpProxy(new URL(app.database.url));
    await proxy.open();
    const database = { url: proxy.url, drop: () => Promise.resolve() };
    const replica = await createTestApp({ env: { WORKER: 'false' }, database });
    const { child, port } = await startWorker(proxy.url);
    try {
      const both = (path: string): Promise<object[]> =>
        Promise.all(
          [`http://127.0.0.1:${port}`, replica.url].map((base) => said(fetch(`${base}${path}`))),
        );
      for (const path of ['/health/live', '/health/ready', '/health/other?page=1']) {
        const [worker, server] = await both(path);
        expect(worker).toEqual(server);
      }
      await proxy.cut();
      const [worker, server] = await both('/health/ready');
      expect(worker).toEqual(server);
      expect(worker).toMatchObject({
        status: 503,
        type: 'application/problem+json; charset=utf-8',
        retryAfter: expect.stringMatching(/^[1-9]\d*$/),
        body: { code: 'DATABASE_UNAVAILABLE', instance: '/health/ready' },
      });
    } finally {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
      await replica.close();
    }
  }, 90_000);
});
