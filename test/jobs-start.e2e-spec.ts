import { Client } from 'pg';
import { Injectable, type Provider, Scope } from '@nestjs/common';
import { JobHandler } from '../src/jobs/handlers/job-handler.js';
import { jobHealthSql, jobsHealthSql } from '../src/jobs/api/job-health.js';
import { JobWorker } from '../src/jobs/worker/job-worker.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { eventually } from './support/eventually.js';
import { enqueue, Probe, ProbePayload, QUICK_JOBS, showJob } from './support/jobs.js';

describe('the start', () => {
  const definition = { payload: ProbePayload };
  /** The decorator for what the compiler refuses. */
  const decorator = JobHandler as (type: string, definition?: object) => (target: never) => void;
  class Twin {
    handle(): Promise<void> {
      return Promise.resolve();
    }
  }
  const handler = (decorate: (type: never) => void, scope?: Scope): Provider => {
    class OddHandler extends Twin {}
    decorate(OddHandler as never);
    if (scope !== undefined) Injectable({ scope })(OddHandler);
    return OddHandler;
  };

  it.each([
    [
      'two handlers of one type',
      [handler(decorator('retry_failed_deliveries'))],
      /Two handlers work jobs of the type "retry_failed_deliveries": .*OddHandler.* share one type/,
    ],
    [
      'a handler of an unknown type',
      [handler(decorator('no_such_type'))],
      /OddHandler handles the unknown type "no_such_type": add it to JobTypes/,
    ],
    [
      'a badly written type',
      [handler(decorator('Odd Type', definition))],
      /OddHandler has the type "Odd Type"/,
    ],
    [
      'a type that is defined twice',
      [handler(decorator('retry_failed_deliveries', definition))],
      /OddHandler defines the type "retry_failed_deliveries" anew/,
    ],
    [
      'a request-scoped handler',
      [handler(decorator('test.odd', definition), Scope.REQUEST)],
      /OddHandler is request-scoped/,
    ],
    [
      'a transient handler',
      [handler(decorator('test.odd', definition), Scope.TRANSIENT)],
      /OddHandler has the scope TRANSIENT: make it a singleton/,
    ],
    [
      'a bad time limit',
      [handler(decorator('test.odd', { ...definition, timeoutMs: 0 }))],
      /bad timeoutMs/,
    ],
  ])('fails on %s', async (_, providers, message) => {
    await expect(createTestApp({ providers })).rejects.toThrow(message);
  });

  it('fails on a class without a handle method', async () => {
    class Idle {
      readonly idle = true;
    }
    decorator('test.odd', definition)(Idle as never);
    await expect(createTestApp({ providers: [Idle] })).rejects.toThrow('Idle has no handle method');
  });

  it('fails on a schedule that is no cron expression, naming the setting', async () => {
    const env = { SCHEDULE_SCORE_COMPUTE: '99 * * * *' };
    await expect(createTestApp({ env })).rejects.toThrow('SCHEDULE_SCORE_COMPUTE');
  });

  it('fails on a lock timeout as such, not as a bad cron expression', async () => {
    const app = await createTestApp({ env: { WORKER: 'false' } });
    const env = { SCHEDULE_SCORE_COMPUTE: '* * * * *', LOCK_TIMEOUT_MS: '50' };
    await app.holding('LOCK TABLE job_schedules IN EXCLUSIVE MODE', [], () =>
      expect(createTestApp({ env, database: app.database })).rejects.toThrow('lock timeout'),
    );
    await app.close();
  });

  it('is not ready while its worker does not work', async () => {
    const app = await createTestApp();
    await app.anonymous.get('/health/ready').expect(200);
    await app.get(JobWorker).stop();
    const { body } = await app.anonymous.get('/health/ready').expect(503);
    expect(body).toMatchObject({ code: 'WORKER_UNAVAILABLE' });
    await app.anonymous.get('/health/live').expect(200);
    await app.close();
  });

  it('is ready without a worker where it should have none', async () => {
    const app = await createTestApp({ env: { WORKER: 'false' } });
    await app.anonymous.get('/health/ready').expect(200);
    await app.close();
  });
});

const INSERT_OPEN_ITEM = `
  INSERT INTO work_items (id, kind, external_id, entity_type, entity_id, state, priority, title, occurred_at, is_open)
  VALUES (gen_random_uuid(), 'reminder', $1, $2, $3, 'open', 'high', 'Call back', now(), true)`;

describe('a schedule', () => {
  const scopes = [
    { entityType: 'command_center', entityId: 'command_center' },
    { entityType: 'account', entityId: 'acme' },
  ];
  const env = {
    ...QUICK_JOBS,
    SCHEDULE_SCORE_COMPUTE: '* * * * *',
    SCHEDULE_TIME_ZONE: 'Pacific/Auckland',
  };

  it('enqueues one job for every open scope, once for all replicas, until it is turned off', async () => {
    const database = await createTestDatabase();
    const client = new Client({ connectionString: database.url });
    await client.connect();
    for (const { entityType, entityId } of scopes) {
      await client.query(INSERT_OPEN_ITEM, [`open-${entityId}`, entityType, entityId]);
    }
    await client.end();
    const apps = await Promise.all([1, 2].map(() => createTestApp({ database, env })));
    const [, app] = apps as [TestApp, TestApp];
    const made = () =>
      app.rows<{ payload: object }>(
        `SELECT payload FROM jobs WHERE type = 'score.compute' ORDER BY entity_id`,
      );
    await eventually('the schedule ticked', async () => (await made()).length > 0, 15_000);
    expect((await made()).map(({ payload }) => payload)).toEqual([scopes[1], scopes[0]]);
    expect(await app.rows('SELECT type FROM job_schedules')).toEqual([
      { type: 'schedule.score.compute' },
    ]);
    const ticks = `SELECT count(*)::int AS count FROM jobs WHERE type = 'schedule.score.compute'
      GROUP BY created_at ORDER BY count DESC LIMIT 1`;
    expect(await app.rows(ticks)).toEqual([{ count: 1 }]);
    await Promise.all(apps.map((each) => each.close()));

    const without = await createTestApp({ database, env: QUICK_JOBS });
    expect(await without.rows('SELECT * FROM job_schedules')).toEqual([]);
    await without.close();
    await database.drop();
  }, 90_000);
});

describe('a schedule whose instants came while no worker ran', () => {
  const env = { ...QUICK_JOBS, SCHEDULE_SCORE_COMPUTE: '0 0 1 1 *' };
  const TICKS = `SELECT dedupe_key AS key FROM jobs WHERE type = 'schedule.score.compute'`;
  const LAST = `SELECT last_tick_at AS at FROM job_schedules`;
  const startOn = (database: TestDatabase) => createTestApp({ database, env });

  it('enqueues one job for all of them at the next start, and none when it is new', async () => {
    const database = await createTestDatabase();
    await (await startOn(database)).close();
    const app = await createTestApp({ database, env: { WORKER: 'false' } });
    expect(await app.rows(TICKS)).toEqual([]);

    await app.rows(`UPDATE job_schedules SET last_tick_at = now() - interval '5 years'`);
    await Promise.all(
      (await Promise.all([1, 2].map(() => startOn(database)))).map((on) => on.close()),
    );
    await (await startOn(database)).close();
    expect(await app.rows(TICKS)).toEqual([{ key: 'tick' }]);
    const newYear = new Date(Date.UTC(new Date().getUTCFullYear(), 0, 1));
    expect(await app.rows(LAST)).toEqual([{ at: newYear }]);
    await app.close();
    await database.drop();
  });
});

describe('the health of the jobs', () => {
  it('counts failed, dead-lettered and stale jobs, in total and by scope', async () => {
    const probe = new Probe();
    const app = await createTestApp({
      env: { ...QUICK_JOBS, JOB_BACKOFF_MS: '3600000' },
      providers: [probe.provider()],
    });
    const health = async () => (await app.rows(jobsHealthSql()))[0];
    expect(await health()).toEqual({
      jobsFailed: 0,
      jobsDeadLettered: 0,
      jobsStale: 0,
      oldestStaleAt: null,
    });

    probe.work = () => Promise.reject(new Error('no'));
    const id = await enqueue(app);
    const is = (state: string) => async () => (await showJob(app, id)).state === state;
    await eventually('retrying', is('retrying'));
    expect(await health()).toMatchObject({ jobsFailed: 1, jobsDeadLettered: 0 });
    await app.rows(`UPDATE jobs SET run_after = now() WHERE id = $1`, [id]);
    await eventually('dead-lettered', is('dead_lettered'));
    expect(await health()).toMatchObject({ jobsFailed: 0, jobsDeadLettered: 1 });
    await app.get(JobWorker).stop();

    await app.rows(
      `UPDATE jobs SET state = 'running', entity_type = 'account', entity_id = 'acme',
         heartbeat_at = '2026-01-01T00:00:00Z'`,
    );
    expect(await health()).toMatchObject({
      jobsStale: 1,
      oldestStaleAt: expect.stringContaining('2026-01-01') as string,
    });
    const scoped = jobHealthSql({ entityType: '$1', entityId: '$2', staleBefore: '$3' });
    const of = async (entityId: string) =>
      (await app.rows(scoped, ['account', entityId, new Date()]))[0];
    expect(await of('acme')).toMatchObject({ failed: 0, stale: 1, stale_job_ids: [id] });
    expect(await of('other')).toEqual({
      failed: 0,
      dead_lettered: 0,
      stale: 0,
      oldest_heartbeat_at: null,
      stale_job_ids: [],
    });
    await app.close();
  });
});
