import { createTestApp, type TestApp } from './support/app.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { eventually } from './support/eventually.js';
import { startJobProcess } from './support/job-process.js';
import { enqueue, gate, Probe, QUICK_JOBS, showJob, untilJob } from './support/jobs.js';
import { TcpProxy } from './support/tcp-proxy.js';

describe('jobs and processes that die', () => {
  let database: TestDatabase;
  const apps: TestApp[] = [];
  const start = async (probe: Probe, env: Record<string, string> = {}): Promise<TestApp> => {
    const app = await createTestApp({
      database,
      env: { ...QUICK_JOBS, ...env },
      providers: [probe.provider()],
    });
    apps.push(app);
    return app;
  };
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
    await database.drop();
  });

  it('loses no job when the process dies between the commit and the work', async () => {
    const dying = startJobProcess('enqueues', database);
    const id = await dying.jobId;
    await dying.kill();
    const probe = new Probe();
    await untilJob(await start(probe), id, 'completed');
    expect(probe.runs.map(({ payload }) => payload.word)).toEqual(['survives']);
  }, 90_000);

  it('lets another worker run the job of one that was killed in the middle of it', async () => {
    const waiter = await start(new Probe(), { WORKER: 'false' });
    const dying = startJobProcess('works', database);
    const id = await enqueue(waiter);
    expect(await dying.jobId).toBe(id);
    await dying.kill();
    expect(await showJob(waiter, id)).toMatchObject({ state: 'running' });

    const probe = new Probe();
    await start(probe, { JOB_STALE_MS: '1000' });
    await untilJob(waiter, id, 'completed');
    expect(probe.runs.map(({ jobId, attempt }) => [jobId, attempt])).toEqual([[id, 2]]);
    expect((await showJob(waiter, id)).tries).toMatchObject([
      { attempt: 1, status: 'failed', errorCode: 'WORKER_LOST' },
      { attempt: 2, status: 'succeeded' },
    ]);
  }, 90_000);

  it('never runs one job in two workers at once', async () => {
    const probe = new Probe();
    const [one, two] = await Promise.all([start(probe), start(probe)]);
    const ids = await Promise.all(Array.from({ length: 60 }, () => enqueue(one)));
    await eventually('all jobs completed', async () => {
      const { body } = await two.api.get('/api/jobs/summary').expect(200);
      return (body as { total: { completed: number } }).total.completed === ids.length;
    });
    expect(probe.runs.map(({ jobId }) => jobId).sort()).toEqual([...ids].sort());
    expect(await one.rows(`SELECT 1 FROM job_attempts WHERE attempt > 1`)).toEqual([]);
  });

  it('drops the result of a worker that was considered lost', async () => {
    const slow = new Probe();
    const blocked = gate();
    slow.work = () => blocked.opened;
    // With a concurrency of 1, which is in use: another worker takes the lost job.
    const silent = await start(slow, {
      JOB_HEARTBEAT_MS: '200000',
      JOB_STALE_MS: '600000',
      JOB_CONCURRENCY: '1',
    });
    const id = await enqueue(silent);
    await eventually('job taken', () => slow.runs.length === 1);
    await silent.rows(`UPDATE jobs SET heartbeat_at = now() - interval '1 hour'`);
    const probe = new Probe();
    const second = gate();
    probe.work = () => second.opened;
    const other = await start(probe);
    await eventually('job taken by the other', () => probe.runs.length === 1);
    blocked.open();
    await eventually('the late result was dropped', () =>
      silent.logs().some(({ msg }) => String(msg).startsWith('job result dropped')),
    );
    expect((await showJob(other, id)).state).toBe('running');
    second.open();
    await untilJob(other, id, 'completed');
    expect((await showJob(other, id)).tries).toMatchObject([
      { attempt: 1, status: 'failed', errorCode: 'WORKER_LOST' },
      { attempt: 2, status: 'succeeded' },
    ]);
  });

  it('lets a running job finish when the server stops', async () => {
    const probe = new Probe();
    const blocked = gate();
    probe.work = () => blocked.opened;
    // With a concurrency of 1, which is in use: no claim is running when the stop begins.
    const stopping = await start(probe, { JOB_CONCURRENCY: '1', JOB_DRAIN_MS: '20000' });
    const waiter = await start(new Probe(), { WORKER: 'false' });
    const id = await enqueue(waiter);
    await untilJob(waiter, id, 'running');
    const stopped = stopping.nest.close();
    await eventually('the worker takes no more jobs', async () => {
      return (await stopping.anonymous.get('/health/ready')).status === 503;
    });
    const later = await enqueue(waiter);
    blocked.open();
    await stopped;
    expect((await showJob(waiter, id)).state).toBe('completed');
    expect((await showJob(waiter, later)).state).toBe('waiting');
    apps.splice(apps.indexOf(stopping), 1);
  });

  it('ends a stop soon after its time though the database has gone away', async () => {
    const proxy = new TcpProxy(new URL(database.url));
    await proxy.open();
    const probe = new Probe();
    probe.work = () => new Promise(() => undefined);
    const stopping = await createTestApp({
      database: { url: proxy.url, drop: () => Promise.resolve() },
      env: { ...QUICK_JOBS, JOB_DRAIN_MS: '500' },
      providers: [probe.provider()],
    });
    const other = new Probe();
    const waiter = await start(other, { WORKER: 'false' });
    const id = await enqueue(waiter);
    await untilJob(waiter, id, 'running');
    await proxy.cut();
    const began = Date.now();
    await stopping.close();
    expect(Date.now() - began).toBeLessThan(3000);

    await start(other, { JOB_STALE_MS: '1000' });
    await untilJob(waiter, id, 'completed');
    expect((await showJob(waiter, id)).tries).toMatchObject([
      { status: 'failed', errorCode: 'WORKER_LOST' },
      { status: 'succeeded' },
    ]);
  });

  it('puts back what does not finish in time, without counting the attempt', async () => {
    const probe = new Probe();
    let reason: unknown;
    probe.work = ({ signal }) => {
      signal.addEventListener('abort', () => (reason = signal.reason));
      return new Promise(() => undefined);
    };
    const stopping = await start(probe, { JOB_DRAIN_MS: '50' });
    const waiter = await start(new Probe(), { WORKER: 'false' });
    const id = await enqueue(waiter);
    await untilJob(waiter, id, 'running');
    await stopping.nest.close();
    apps.splice(apps.indexOf(stopping), 1);
    expect(String(reason)).toContain('The server stopped');
    const job = await showJob(waiter, id);
    expect(job).toMatchObject({ state: 'retrying', tries: [{ status: 'interrupted' }] });

    const failing = new Probe();
    failing.work = () => Promise.reject(new Error('never'));
    await start(failing);
    await untilJob(waiter, id, 'dead_lettered');
    expect(failing.runs).toHaveLength(4);
  });
});
