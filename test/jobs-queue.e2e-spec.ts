import { JobClaims } from '../src/jobs/queue/job-claims.js';
import { TransactionRunner } from '../src/database/transactions/transaction-runner.js';
import { Transaction } from '../src/database/transactions/transaction.js';
import { JobWake } from '../src/jobs/queue/job-wake.js';
import { RetryFailedDeliveriesHandler } from '../src/webhooks/retry/retry-failed-deliveries.handler.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { eventually } from './support/eventually.js';
import { enqueue, enqueueIn, Probe, QUICK_JOBS, showJob, untilJob } from './support/jobs.js';

const apps: TestApp[] = [];
async function start(...[options]: Parameters<typeof createTestApp>): Promise<TestApp> {
  const app = await createTestApp(options);
  apps.push(app);
  return app;
}
afterEach(() => Promise.all(apps.splice(0).map((app) => app.close())));

/** A worker that polls once a minute: what it runs sooner, it was woken for. */
const RARELY_POLLING = { ...QUICK_JOBS, JOB_POLL_MS: '60000' };

describe('a commit that enqueued a job', () => {
  it('wakes the worker of its process', async () => {
    const probe = new Probe();
    const app = await start({ env: RARELY_POLLING, providers: [probe.provider()] });
    for (const word of ['first', 'second']) {
      const id = await enqueue(app, { payload: { word } });
      await untilJob(app, id, 'completed');
    }
    expect(probe.runs.map(({ payload }) => payload.word)).toEqual(['first', 'second']);
  });

  it('wakes it for a job that an operator retries', async () => {
    const probe = new Probe();
    probe.work = ({ attempt }) => {
      if (attempt === 1) throw new Error('no');
    };
    const provider = probe.provider(10_000, { backoffMs: [] });
    const app = await start({ env: RARELY_POLLING, providers: [provider] });
    const id = await enqueue(app);
    await untilJob(app, id, 'dead_lettered');
    await app.api.post(`/api/jobs/${id}/retry`).expect(200);
    await untilJob(app, id, 'completed');
  });

  it('wakes it once, after the commit, and not for a rollback or a job that is due later', async () => {
    const app = await start({ env: { WORKER: 'false' }, providers: [new Probe().provider()] });
    let woken = 0;
    app.get(JobWake).connect(() => (woken += 1));
    const transactions = app.get(TransactionRunner);
    await transactions.run(async (tx) => {
      await enqueueIn(app, tx);
      await enqueueIn(app, tx, { dedupeKey: 'k' });
      expect(woken).toBe(0);
    });
    expect(woken).toBe(1);
    await enqueue(app, { runAfter: new Date(Date.now() + 3_600_000) });
    const rolledBack = transactions.run(async (tx) => {
      await enqueueIn(app, tx);
      throw new Error('no');
    });
    await expect(rolledBack).rejects.toThrow('no');
    expect(woken).toBe(1);
  });
});

describe('a type with its own retry schedule', () => {
  it('has as many attempts as it says, with its pauses', async () => {
    const probe = new Probe();
    probe.work = () => Promise.reject(new Error('never'));
    const app = await start({
      env: { ...QUICK_JOBS, JOB_BACKOFF_MS: '3600000' },
      providers: [
        probe.provider(10_000, { type: 'test.twice', backoffMs: [7_200_000] }),
        probe.provider(10_000, { type: 'test.once', backoffMs: [] }),
        probe.provider(),
      ],
    });
    const [twice, once, usual] = await Promise.all(
      (['test.twice', 'test.once', 'test.probe'] as const).map((type) => enqueue(app, { type })),
    );
    await untilJob(app, once!, 'dead_lettered');
    expect(await showJob(app, once!)).toMatchObject({ attempts: 1 });
    for (const [id, pauseMs] of [
      [twice!, 7_200_000],
      [usual!, 3_600_000],
    ] as const) {
      await untilJob(app, id, 'retrying');
      const [pause] = await app.rows<{ ms: number }>(
        `SELECT (extract(epoch FROM job.run_after - attempt.finished_at) * 1000)::int AS ms
         FROM jobs job JOIN job_attempts attempt ON attempt.job_id = job.id WHERE job.id = $1`,
        [id],
      );
      expect(pause).toEqual({ ms: pauseMs });
    }
    await app.rows(`UPDATE jobs SET run_after = now() WHERE id = $1`, [twice]);
    await untilJob(app, twice!, 'dead_lettered');
    expect(await showJob(app, twice!)).toMatchObject({ attempts: 2 });
  });
});

describe('a job of a next best action', () => {
  it('names it in the list, its filter and its events, as its press did not say', async () => {
    const app = await start({ env: { ...QUICK_JOBS, JOB_BACKOFF_MS: '3600000' } });
    jest
      .spyOn(app.get(RetryFailedDeliveriesHandler), 'handle')
      .mockRejectedValue(new Error('no channel'));
    const { id } = await createNextAction(app.api);
    const { id: other } = await createNextAction(app.api);
    await app.api.press(id, 'retry_failed_deliveries').expect(200);
    await app.api.press(other, 'retry_failed_deliveries').expect(200);

    const { body } = await app.api.get('/api/jobs', { nextActionId: id.toUpperCase() }).expect(200);
    expect(body.items).toEqual([expect.objectContaining({ nextActionId: id })]);
    const state = { nextActionId: id, state: 'cancelled' };
    expect((await app.api.get('/api/jobs', state).expect(200)).body.items).toEqual([]);
    await app.api.get('/api/jobs', { nextActionId: 'nonsense' }).expect(400);

    const jobId = (body.items as [{ id: string }])[0].id;
    await untilJob(app, jobId, 'retrying');
    const events = await app.rows<{ meta: object }>(
      `SELECT meta FROM ops_events WHERE event_key = 'job.failed' AND source_id = $1`,
      [jobId],
    );
    expect(events).toEqual([{ meta: expect.objectContaining({ nextActionId: id }) as object }]);

    const keysOf = async (order: string): Promise<string[]> => {
      const query = { nextActionId: id, order };
      const { body: feed } = await app.api.get('/api/ops-events', query).expect(200);
      return (feed.items as { eventKey: string }[]).map(({ eventKey }) => eventKey);
    };
    // In the order of commits, an event waits for older transactions, also those of other suites.
    await eventually('no event is held back', async () =>
      (await keysOf('asc')).includes('job.failed'),
    );
    for (const order of ['asc', 'desc']) {
      const keys = await keysOf(order);
      expect(keys.filter((key) => key === 'job.failed')).toHaveLength(1);
      expect(keys).toContain('nba.delivery.executed');
    }
  });
});

const WORKER = '01a20c77-ddc6-7a74-ac83-f744b825647c';

describe('two workers', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database.drop());

  it('run each of 2,000 jobs exactly once, those of a key one after the other', async () => {
    const JOBS = 2000;
    const KEYS = 20;
    const runs = new Map<string, number>();
    const runningKeys = new Set<string>();
    const overlaps: string[] = [];
    const work: Probe['work'] = async ({ jobId, payload: { word } }) => {
      runs.set(jobId, (runs.get(jobId) ?? 0) + 1);
      if (word === 'no key') return;
      if (runningKeys.has(word)) overlaps.push(word);
      runningKeys.add(word);
      await new Promise(setImmediate);
      runningKeys.delete(word);
    };
    const probe = new Probe();
    probe.work = work;
    const env = { ...QUICK_JOBS, WORKER: 'false' };
    const enqueuer = await start({ database, env, providers: [new Probe().provider()] });
    await enqueuer.rows(
      `INSERT INTO jobs (id, type, payload, dedupe_key, state, failed_attempts, run_after, created_at)
       SELECT gen_random_uuid(), 'test.probe', jsonb_build_object('word', COALESCE(key, 'no key')), key,
         CASE WHEN key IS NULL THEN 'waiting' ELSE 'retrying' END, 0, now(), now()
       FROM (SELECT CASE WHEN n % 2 = 0 THEN 'key ' || n % $2 END AS key
         FROM generate_series(1, $1) AS n) AS made`,
      [JOBS, KEYS],
    );
    for (let worker = 1; worker <= 2; worker++) {
      await start({ database, env: QUICK_JOBS, providers: [probe.provider()] });
    }
    await eventually(
      'all jobs completed',
      async () => {
        const { body } = await enqueuer.api.get('/api/jobs/summary').expect(200);
        return (body as { total: { completed: number } }).total.completed === JOBS;
      },
      60_000,
    );
    expect(runs.size).toBe(JOBS);
    expect([...runs.values()].filter((count) => count !== 1)).toEqual([]);
    expect(overlaps).toEqual([]);
    const attempts = 'SELECT count(*)::int AS count, max(attempt) AS highest FROM job_attempts';
    expect(await enqueuer.rows(attempts)).toEqual([{ count: JOBS, highest: 1 }]);
  }, 90_000);

  it('that claim two jobs of a key at the same moment get one of them', async () => {
    const env = { ...QUICK_JOBS, WORKER: 'false' };
    const app = await start({ database, env, providers: [new Probe().provider()] });
    const ids = [await enqueue(app, { dedupeKey: 'k' })];
    await app.rows(`UPDATE jobs SET state = 'retrying'`);
    await app.rows(
      `INSERT INTO jobs (id, type, payload, dedupe_key, run_after, created_at)
       SELECT gen_random_uuid(), type, payload, dedupe_key, run_after, created_at FROM jobs`,
    );
    const workerId = ids[0]!;
    const claim = () =>
      app
        .get(JobClaims)
        .exchange({ succeeded: [], types: ['test.probe'], limit: 1, workerId })
        .then(({ claimed }) => claimed.length);
    let claimed: Promise<number> | undefined;
    await app.get(TransactionRunner).run(async (tx) => {
      // Another worker claims the first job of the key, so that this claim takes the second one and waits.
      await tx.query(
        { name: 'claim', text: `UPDATE jobs SET state = 'running' WHERE id = $1` },
        ids,
      );
      claimed = claim();
      await eventually('the claim waits for the other', async () => {
        const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
          AND wait_event_type = 'Lock' AND query LIKE '%WITH due AS%'`;
        return (await app.rows(waiting)).length > 0;
      });
    });
    expect(await claimed).toBe(0);
  });

  it('sends the COMMIT of a claim and of results without waiting for their rows', async () => {
    const env = { ...QUICK_JOBS, WORKER: 'false' };
    const app = await start({ database, env, providers: [new Probe().provider()] });
    await enqueue(app);
    const order: string[] = [];
    const { query, commit } = Transaction.prototype;
    const asked = jest.spyOn(Transaction.prototype, 'query').mockImplementation(function (
      this: Transaction,
      ...args: Parameters<typeof query>
    ) {
      return query.apply(this, args).finally(() => order.push('rows'));
    });
    const committed = jest.spyOn(Transaction.prototype, 'commit').mockImplementation(function (
      this: Transaction,
    ) {
      order.push('COMMIT');
      return commit.call(this);
    });
    try {
      const claims = app.get(JobClaims);
      const worker = { types: ['test.probe'], limit: 1, workerId: WORKER };
      const { claimed } = await claims.exchange({ succeeded: [], ...worker });
      expect(claimed).toHaveLength(1);
      const { recorded } = await claims.exchange({ succeeded: claimed, ...worker });
      expect(recorded.size).toBe(1);
    } finally {
      asked.mockRestore();
      committed.mockRestore();
    }
    expect(order).toEqual(['COMMIT', 'rows', 'COMMIT', 'rows', 'rows']);
  });
});
