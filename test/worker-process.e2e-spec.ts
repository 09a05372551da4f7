import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { createTestApp, JWT_SECRET, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { compiled } from './support/compiled.js';
import { eventually } from './support/eventually.js';
import { QUICK_JOBS, showJob } from './support/jobs.js';

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
        `SELECT id FROM pgboss.job WHERE name = 'retry_failed_deliveries'`,
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
});
