import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  ACTIONS,
  CONNECTION_WAITS,
  JOBS,
  PRESSES,
  REQUESTS,
  RULE_RUNS,
  WEBHOOK_TRIES,
} from '../src/kernel/observation/operations.js';
import { MAX_ENDPOINTS } from '../src/metrics/webhook-metrics.js';
import { DeliveryAction } from '../src/next-actions/delivery/delivery-action.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction, createWorkItem } from './support/builders.js';
import { eventually } from './support/eventually.js';
import { enqueue, Probe, QUICK_JOBS, untilJob } from './support/jobs.js';
import { scrape, valueOf, WITH_METRICS } from './support/metrics.js';

@DeliveryAction({ key: 'break_down', label: 'Break down' })
class BreakDownAction {
  run(): Promise<object> {
    return Promise.reject(new Error('broken'));
  }
}

describe('the metrics of an application', () => {
  const probe = new Probe();
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({
      env: { ...WITH_METRICS, ...QUICK_JOBS, LOCK_TIMEOUT_MS: '100', LOGIN_LIMIT_PER_MINUTE: '1' },
      providers: [BreakDownAction, probe.provider(200, { backoffMs: [] })],
    });
  });
  afterAll(() => app.close());

  const of = async (name: string, labels: Record<string, string>): Promise<number> =>
    valueOf(await scrape(app), name, labels) ?? 0;
  /** By how much a counter grew during some work, which may end a moment after its answer. */
  const grows = async (
    by: number,
    name: string,
    labels: Record<string, string>,
    work: () => Promise<unknown>,
  ): Promise<void> => {
    const before = await of(name, labels);
    await work();
    await eventually(`${name} grew by ${by}`, async () => (await of(name, labels)) - before === by);
  };

  it('count requests by the pattern of their route and their status, and time them', async () => {
    const { id } = await createNextAction(app.api);
    const route = '/api/next-actions/:id';
    const ended = { method: 'GET', route };
    await grows(1, 'nba_http_requests_total', { ...ended, status: '200' }, () =>
      app.api.get(`/api/next-actions/${id}`).expect(200),
    );
    await grows(1, 'nba_http_requests_total', { ...ended, status: '401' }, () =>
      app.anonymous.get(`/api/next-actions/${id}`).expect(401),
    );
    await grows(1, 'nba_http_request_duration_seconds_count', ended, () =>
      app.api.get(`/api/next-actions/${randomUUID()}`).expect(404),
    );
  });

  it('count presses, undos and previews by action and outcome, and time them', async () => {
    const { id } = await createNextAction(app.api);
    const press = (outcome: string, kind = 'press', action = 'snooze_1d') =>
      ['nba_presses_total', { action, kind, outcome }] as const;
    expect(await of(...press('executed'))).toBe(0);

    await grows(1, ...press('executed', 'preview'), () =>
      app.api.post(`/api/next-actions/${id}/execute?preview=true`, { actionKey: 'snooze_1d' }),
    );
    const first = await app.api.press(id, 'snooze_1d').expect(200);
    expect(await of(...press('executed'))).toBe(1);
    await grows(1, ...press('replayed'), () => app.api.press(id, 'snooze_1d').expect(200));
    await grows(1, ...press('executed', 'undo'), () =>
      app.api.undo(id, (first.body as { executionId: string }).executionId).expect(200),
    );
    await grows(1, ...press('refused'), () => app.api.press(randomUUID(), 'snooze_1d').expect(404));
    await grows(1, ...press('failed', 'press', 'break_down'), () =>
      app.api.press(id, 'break_down').expect(500),
    );
    await app.holding('SELECT FROM next_best_actions WHERE id = $1 FOR UPDATE', [id], () =>
      grows(1, ...press('unavailable'), () => app.api.press(id, 'snooze_1d').expect(503)),
    );
    const timed = { action: 'snooze_1d', kind: 'press' };
    expect(await of('nba_press_duration_seconds_count', timed)).toBe(4);
  });

  it('show the presses of every action from 0 on', async () => {
    const labels = { action: 'dismiss', kind: 'press', outcome: 'executed' };
    expect(valueOf(await scrape(app), 'nba_presses_total', labels)).toBe(0);
  });

  it('count what a rate limit refuses', async () => {
    const wrong = { email: 'somebody@example.com', password: 'wrong' };
    await grows(1, 'nba_rate_limit_refusals_total', { limit: 'login' }, async () => {
      for (let tries = 0; tries < 2; tries++) await app.anonymous.post('/api/auth/login', wrong);
    });
  });

  it('show the pool, and count the waits for a connection', async () => {
    expect(await of('nba_database_pool_size', { pool: 'main' })).toBe(10);
    expect(await of('nba_database_pool_size', { pool: 'duty' })).toBe(2);
    expect(await of('nba_database_pool_open', { pool: 'main' })).toBeGreaterThan(0);
    const before = await of('nba_database_pool_wait_seconds_count', { pool: 'main' });
    await app.api.get('/api/next-actions').expect(200);
    expect(await of('nba_database_pool_wait_seconds_count', { pool: 'main' })).toBeGreaterThan(
      before,
    );
    const { id } = await createNextAction(app.api);
    await app.holding('SELECT FROM next_best_actions WHERE id = $1 FOR UPDATE', [id], async () => {
      const pressing = app.api.press(id, 'mark_done').then((answer) => answer);
      await eventually('a connection is in use', async () => {
        return (await of('nba_database_pool_in_use', { pool: 'main' })) > 0;
      });
      await pressing;
    });
  });

  it('count the attempts of jobs by outcome, with their durations and the delay of their claim', async () => {
    const type = 'test.probe';
    const attempts = (outcome: string) => ['nba_job_attempts_total', { type, outcome }] as const;
    await grows(1, ...attempts('succeeded'), async () => {
      await untilJob(app, await enqueue(app), 'completed');
    });
    probe.work = () => Promise.reject(new Error('no'));
    await grows(1, ...attempts('failed'), async () => {
      await untilJob(app, await enqueue(app), 'dead_lettered');
    });
    probe.work = () => new Promise(() => undefined);
    await grows(1, ...attempts('timed_out'), async () => {
      await untilJob(app, await enqueue(app), 'dead_lettered');
    });
    expect(await of('nba_job_attempt_duration_seconds_count', { type })).toBe(3);
    expect(await of('nba_job_claim_delay_seconds_count', { type })).toBe(3);
  });

  it('count the runs of the rules and of the scores', async () => {
    const scope = { entityType: 'account', entityId: randomUUID() };
    await createWorkItem(app.api, scope);
    for (const [rules, path] of [
      ['risk', '/api/risk/run-rules'],
      ['next_actions', '/api/next-actions/run'],
      ['score', '/api/scores/compute'],
    ] as const) {
      await grows(1, 'nba_rule_runs_total', { rules, outcome: 'succeeded' }, () =>
        app.api.post(path, scope).expect(({ status }) => expect([200, 201]).toContain(status)),
      );
      expect(await of('nba_rule_run_duration_seconds_count', { rules })).toBeGreaterThan(0);
    }
  });

  it('say which build runs, and what the process uses', async () => {
    const samples = await scrape(app);
    const node = process.versions.node;
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(valueOf(samples, 'nba_build_info', { version, node, revision: '' })).toBe(1);
    for (const name of [
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'nodejs_eventloop_lag_p99_seconds',
    ]) {
      expect(valueOf(samples, name)).toEqual(expect.any(Number));
    }
    expect(valueOf(samples, 'nba_streams_open')).toBe(0);
  });

  it('have no more series after requests to random paths, unknown actions and many endpoints', async () => {
    const { id } = await createNextAction(app.api);
    const each = async (round: number): Promise<void> => {
      for (let index = 0; index < 5; index++) {
        const random = randomUUID();
        await app.api.get(`/api/${random}`).expect(404);
        await app.api.get(`/${random}?${random}`).expect(404);
        await app.api.get(`/api/next-actions/${random}`).expect(404);
        await app.api.press(id, `unknown_${round}_${index}`).expect(400);
        await app.api.press(random, 'mark_done').expect(404);
        for (const method of ['PROPFIND', 'MKCOL', 'REPORT']) {
          await fetch(`${app.url}/api/${random}`, { method });
        }
      }
      for (let index = 0; index < 2 * MAX_ENDPOINTS; index++) {
        const ids = { endpointId: randomUUID(), deliveryId: randomUUID() };
        const about = { eventKey: 'nba.run', attempt: 1, url: 'https://example.com' };
        const facts = { ...ids, ...about, traceParent: null, errorCode: null };
        WEBHOOK_TRIES.run(facts, () => undefined);
      }
    };
    const series = async (): Promise<string[]> => {
      const seen = (await scrape(app)).map(({ name, labels }) => JSON.stringify([name, labels]));
      return seen.filter((one) => one.includes('"nba_'));
    };
    await each(1);
    const before = await series();
    await each(2);
    const after = await series();
    expect(after.filter((one) => !before.includes(one))).toEqual([]);
    const endpoints = after.filter((one) => one.includes('"nba_webhook_tries_total"'));
    expect(endpoints).toHaveLength(MAX_ENDPOINTS + 1);
    expect(after.join()).toContain('"method":"other"');
    expect(after.join()).toContain('"route":"unmatched"');
    expect(after.join()).not.toContain('unknown_');
  });
});

describe('the observers of an application', () => {
  const observed = (): boolean[] =>
    [ACTIONS, CONNECTION_WAITS, JOBS, PRESSES, REQUESTS, RULE_RUNS, WEBHOOK_TRIES].map(
      (operation) => operation.observed,
    );

  it('are none without METRICS_PORT, and end with it; another application keeps its own', async () => {
    const plain = await createTestApp();
    expect(observed()).not.toContain(true);
    const [one, other] = await Promise.all([
      createTestApp({ env: WITH_METRICS }),
      createTestApp({ env: WITH_METRICS }),
    ]);
    expect(observed()).toContain(true);
    await one.close();

    const { id } = await createNextAction(other.api);
    await other.api.press(id, 'mark_done').expect(200);
    const labels = { action: 'mark_done', kind: 'press', outcome: 'executed' };
    expect(valueOf(await scrape(other), 'nba_presses_total', labels)).toBe(1);
    await Promise.all([other.close(), plain.close()]);
    expect(observed()).not.toContain(true);
  });
});
