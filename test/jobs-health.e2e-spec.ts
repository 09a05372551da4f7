import { jobsHealthSql } from '../src/jobs/api/job-health.js';
import { RetryFailedDeliveriesHandler } from '../src/webhooks/retry/retry-failed-deliveries.handler.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { eventually } from './support/eventually.js';
import { enqueue, Probe, QUICK_JOBS, showJob, untilJob } from './support/jobs.js';

describe('the health of a scope', () => {
  let database: TestDatabase;
  const apps: TestApp[] = [];
  const start = async (...args: Parameters<typeof createTestApp>): Promise<TestApp> => {
    const [options] = args;
    const app = await createTestApp({ database, ...options });
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

  it('counts a job about a next best action of it', async () => {
    const app = await start({ env: { ...QUICK_JOBS, JOB_BACKOFF_MS: '3600000' } });
    jest
      .spyOn(app.get(RetryFailedDeliveriesHandler), 'handle')
      .mockRejectedValue(new Error('no channel'));
    const scope = { entityType: 'account', entityId: 'acme' };
    const { id } = await createNextAction(app.api, scope);
    await app.api.press(id, 'retry_failed_deliveries').expect(200);
    const { body } = await app.api.get('/api/jobs').expect(200);
    const [job] = body.items as [{ id: string }];
    const troubled = async (of: object): Promise<number | undefined> => {
      const answer = await app.api.post('/api/scores/compute', of).expect(200);
      const { factors } = answer.body as { factors: { key: string; count: number }[] };
      return factors.find(({ key }) => key === 'job_health')?.count;
    };

    await untilJob(app, job.id, 'retrying');
    expect(await troubled(scope)).toBe(1);
    expect((await showJob(app, job.id)).payload).toEqual({ nextActionId: id });
    expect((await showJob(app, job.id)).lastErrorMessage).toBe('no channel');
    await app.rows(`UPDATE jobs SET run_after = now() WHERE id = $1`, [job.id]);
    await untilJob(app, job.id, 'dead_lettered');
    expect(await troubled(scope)).toBe(1);
    expect(await troubled({ entityType: 'account', entityId: 'other' })).toBe(0);
  });

  it('counts a failed job whose retry a stop put back, and none that did not fail', async () => {
    const probe = new Probe();
    probe.work = ({ attempt, payload }) => {
      if (attempt === 1 && payload.word === 'fails') throw new Error('no');
      return new Promise(() => undefined);
    };
    const stopping = await start({
      env: { ...QUICK_JOBS, JOB_DRAIN_MS: '50' },
      providers: [probe.provider()],
    });
    const observer = await start({ env: { WORKER: 'false' }, providers: [new Probe().provider()] });
    const failed = await enqueue(stopping, { payload: { word: 'fails' } });
    const fresh = await enqueue(stopping, { payload: { word: 'waits' } });
    await eventually('both run', () => probe.runs.length === 3);
    await stopping.nest.close();
    for (const id of [failed, fresh]) await untilJob(observer, id, 'retrying');
    expect(await observer.rows(jobsHealthSql())).toMatchObject([{ jobsFailed: 1 }]);
  });
});
