import { pino } from 'pino';
import { Registry } from 'prom-client';
import { uuidv7 } from 'uuidv7';
import { DutyTransactions } from '../src/database/transactions/duty-transactions.js';
import * as sql from '../src/metrics/database-figures.sql.js';
import { DatabaseMetrics } from '../src/metrics/database-metrics.js';
import { Metrics } from '../src/metrics/metrics.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { eventually } from './support/eventually.js';
import { insertEvent } from './support/feed.js';
import { samplesOf, type Sample, scrape, valueOf, WITH_METRICS } from './support/metrics.js';
import { planOf } from './support/plans.js';
import { TcpProxy } from './support/tcp-proxy.js';
import { addEndpoint } from './support/webhooks.js';

const TYPE = 'retry_failed_deliveries';
/** Nothing runs by itself: the tests make the rows. */
const IDLE = { ...WITH_METRICS, WORKER: 'false' };

describe('the metrics of the database', () => {
  let app: TestApp;
  beforeAll(async () => (app = await createTestApp({ env: IDLE })));
  afterAll(() => app.close());

  /** What a scrape reads that no earlier one has cached. */
  const read = async (): Promise<Sample[]> => {
    const registry = new Registry();
    const metrics = new DatabaseMetrics(
      registry,
      app.get(DutyTransactions),
      () => [TYPE],
      pino({ level: 'silent' }),
    );
    await metrics.refresh();
    return samplesOf(await registry.metrics());
  };
  const jobs = (state: string, runAfter: string, count = 1): Promise<unknown> =>
    app.rows(
      `INSERT INTO jobs (id, type, payload, state, run_after, created_at)
       SELECT gen_random_uuid(), $1, '{}', $2, ${runAfter}, now() FROM generate_series(1, $3::int)`,
      [TYPE, state, count],
    );

  it('show the jobs by state, and how long the oldest due one waits', async () => {
    expect(valueOf(await read(), 'nba_job_oldest_due_age_seconds', { type: TYPE })).toBe(0);
    await jobs('waiting', `now() + interval '1 day'`);
    expect(valueOf(await read(), 'nba_job_oldest_due_age_seconds', { type: TYPE })).toBe(0);
    await jobs('retrying', `now() - interval '10 minutes'`, 2);
    await jobs('dead_lettered', 'now()', 3);
    await jobs('completed', 'now()');
    const samples = await read();
    const age = valueOf(samples, 'nba_job_oldest_due_age_seconds', { type: TYPE });
    expect(age).toBeGreaterThanOrEqual(600);
    const counts = samples.filter(({ name }) => name === 'nba_jobs');
    expect(Object.fromEntries(counts.map(({ labels, value }) => [labels.state, value]))).toEqual({
      waiting: 1,
      retrying: 2,
      running: 0,
      dead_lettered: 3,
    });
    expect(valueOf(samples, 'nba_database_scrape_failed')).toBe(0);
  });

  it('show how far each consumer of the feed is behind, and what the horizon holds back', async () => {
    const lag = (samples: Sample[], consumer: string) =>
      valueOf(samples, 'nba_feed_consumer_lag_seconds', { consumer });
    const [first, second] = [uuidv7(), uuidv7()];
    for (const [id, ago] of [
      [first, '2 hours'],
      [second, '1 hour'],
    ]) {
      await app.rows(
        `INSERT INTO ops_events (id, level, event_key, created_at)
         VALUES ($1, 'info', 'nba.upsert', now() - $2::interval)`,
        [id, ago],
      );
    }
    // The horizon is that of the whole server: other suites have transactions open, too.
    const nothingHeldBack = (): Promise<void> =>
      eventually(
        'no event is held back',
        async () => valueOf(await read(), 'nba_feed_horizon_age_seconds') === 0,
      );
    const at = (name: string, id: string): Promise<unknown> =>
      app.rows(
        `INSERT INTO feed_cursors (name, epoch, xid, id)
         SELECT $1, epoch, xid, id FROM ops_events WHERE id = $2`,
        [name, id],
      );
    await at('subscriber:slow', first);
    await at('subscriber:quick', second);
    await at('webhooks', first);
    const samples = await read();
    const slow = lag(samples, 'subscriber:slow') ?? 0;
    expect(slow).toBeGreaterThanOrEqual(3600);
    expect(slow).toBeLessThan(7200);
    expect(lag(samples, 'subscriber:quick')).toBe(0);
    // Without an endpoint, the fan-out does not read, and is not behind.
    expect(lag(samples, 'webhooks')).toBeUndefined();
    await nothingHeldBack();

    await app.holding(`SELECT pg_current_xact_id()`, [], async () => {
      const client = { query: (text: string, values: unknown[]) => app.rows(text, values) };
      await insertEvent(client as unknown as Parameters<typeof insertEvent>[0], 'held');
      expect(valueOf(await read(), 'nba_feed_horizon_age_seconds')).toBeGreaterThan(0);
    });
    await nothingHeldBack();
  });

  it('show how long the oldest due webhook delivery waits', async () => {
    const name = 'nba_webhook_oldest_due_age_seconds';
    const endpointId = await addEndpoint(app, { url: 'https://hooks.example.com/in' });
    const deliver = (due: string): Promise<unknown> =>
      app.rows(
        `INSERT INTO webhook_deliveries (id, endpoint_id, event_id, event_key, message_id, body, next_try_at)
         VALUES (gen_random_uuid(), $1, gen_random_uuid(), 'nba.upsert', 'msg', '{}', ${due})`,
        [endpointId],
      );
    await deliver(`now() + interval '1 hour'`);
    expect(valueOf(await read(), name)).toBe(0);
    await deliver(`now() - interval '1 hour'`);
    const samples = await read();
    expect(valueOf(samples, name)).toBeGreaterThanOrEqual(3600);
    // With an endpoint, the fan-out is behind like every other consumer.
    const consumer = { consumer: 'webhooks' };
    expect(valueOf(samples, 'nba_feed_consumer_lag_seconds', consumer)).toBeGreaterThan(0);
  });

  it('read a long backlog by its indexes, up to a limit', async () => {
    await jobs('completed', 'now()', 30_000);
    await jobs('waiting', `now() - interval '1 minute'`, sql.COUNTED_JOBS + 1);
    await app.rows('ANALYZE jobs');
    for (const { text } of [sql.COUNT_JOBS, sql.OLDEST_DUE_JOBS]) {
      expect(await planOf(app, text, [[TYPE]])).not.toMatch(
        /Seq Scan on jobs|-> {2}(Incremental )?Sort/,
      );
    }
    const waiting = { type: TYPE, state: 'waiting' };
    expect(valueOf(await read(), 'nba_jobs', waiting)).toBe(sql.COUNTED_JOBS);

    await app.rows(`
      INSERT INTO ops_events (id, level, event_key, created_at)
      SELECT ('016f5e66-e900-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'info', 'nba.upsert',
        now() FROM generate_series(1, 30000) n`);
    await app.rows('ANALYZE ops_events');
    for (const { text } of [sql.CONSUMER_LAGS, sql.HORIZON_AGE]) {
      expect(await planOf(app, text)).not.toMatch(
        /Seq Scan on ops_events|-> {2}(Incremental )?Sort/,
      );
    }
  });
});

describe('a scrape while the database is silent', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let app: TestApp;
  beforeAll(async () => {
    database = await createTestDatabase();
    proxy = new TcpProxy(new URL(database.url));
    await proxy.open();
    app = await createTestApp({
      env: IDLE,
      database: { url: proxy.url, drop: () => Promise.resolve() },
    });
  });
  afterAll(async () => {
    proxy.speak();
    await app.close();
    await proxy.cut();
    await database.drop();
  });

  it('leaves out what it can’t read, and shows the rest', async () => {
    proxy.fallSilent();
    const text = await app.get(Metrics).text();
    const samples = samplesOf(text);
    expect(valueOf(samples, 'nba_database_scrape_failed')).toBe(1);
    for (const name of [
      'nba_jobs',
      'nba_job_oldest_due_age_seconds',
      'nba_feed_consumer_lag_seconds',
      'nba_feed_horizon_age_seconds',
      'nba_webhook_oldest_due_age_seconds',
    ]) {
      expect(text).toContain(`# TYPE ${name} gauge`);
      expect(samples.filter((sample) => sample.name === name)).toEqual([]);
    }
    expect(valueOf(await scrape(app), 'nba_database_pool_size', { pool: 'main' })).toBe(10);
  });
});
