import { TransactionRunner } from '../src/database/transactions/transaction-runner.js';
import { DeskRefresh, REFRESH_DELAY_MS } from '../src/work-items/desk-refresh.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { CsvClient, type Query, rows } from './support/csv.js';
import {
  freshScope,
  listIn,
  manyItems,
  type NextActionBody,
  pushItems,
  type RiskFlagBody,
  runIn,
  type TestScope,
} from './support/desk.js';
import { eventually } from './support/eventually.js';
import { QUICK_JOBS, untilJob } from './support/jobs.js';

interface RefreshJob {
  readonly id: string;
  readonly state: string;
  /** How long after the job was enqueued it is due, in ms. */
  readonly delay: number;
}

const OVERDUE = { kind: 'retention_contact', state: 'open', dueInHours: -5 };
const LEAD = { kind: 'intake_lead', state: 'new' };

const refreshJobs = (app: TestApp, scope: TestScope): Promise<RefreshJob[]> =>
  app.rows<RefreshJob & Record<string, unknown>>(
    `SELECT id, state, (extract(epoch FROM run_after - created_at) * 1000)::int AS delay FROM jobs
     WHERE type = 'desk.refresh' AND entity_type = $1 AND entity_id = $2 ORDER BY id`,
    [scope.entityType, scope.entityId],
  );

describe('a change of what the rules read', () => {
  let app: TestApp;
  let scope: TestScope;
  beforeAll(async () => {
    app = await createTestApp({ env: { AUTO_RUN: 'true', WORKER: 'false' } });
  });
  afterAll(() => app.close());
  beforeEach(() => {
    scope = freshScope();
  });

  const jobs = (of = scope) => refreshJobs(app, of);
  const item = () => `/api/work-items/reminder/${encodeURIComponent(`one of ${scope.entityId}`)}`;
  const put = (values: object = {}, query = '') =>
    app.api.put(item() + query, { title: 'x', state: 'open', ...scope, ...values });

  const importInto = async (into: TestScope, query: Query): Promise<{ created: number }> => {
    const of = { ...into, kind: 'reminder', ...query };
    const { body } = await new CsvClient(app).send(rows(freshScope(), 2), of).expect(200);
    return body as { created: number };
  };

  it('asks for one refresh of its scope, 30 s after the first of many pushes', async () => {
    await put().expect(201);
    const [first, ...others] = await jobs();
    expect(others).toEqual([]);
    expect(first).toMatchObject({ state: 'waiting' });
    expect(Math.abs(first!.delay - REFRESH_DELAY_MS)).toBeLessThan(5000);
    await put({ title: 'y' }).expect(200);
    await pushItems(app.api, scope, manyItems(scope, 3, OVERDUE));
    await app.api.patch(item(), { title: 'z' }).expect(200);
    await app.api.delete(item()).expect(204);
    expect(await jobs()).toEqual([first]);
  });

  it('asks for none where nothing changed, was refused, or refresh=false', async () => {
    const other = manyItems(scope, 1, LEAD)[0]!;
    await put({}, '?refresh=false').expect(201);
    await put().expect(200);
    await put({ state: 'no such' }).expect(400);
    const body = { items: [{ ...other, ...scope, title: 'x' }] };
    await app.api.post('/api/work-items/batch?refresh=false', body).expect(200);
    for (const mode of ['all', 'each']) {
      const { created } = await importInto(scope, { mode, refresh: false });
      expect(created).toBe(2);
    }
    const lead = `/api/leads/${encodeURIComponent(other.externalId)}`;
    await app.api.post(`${lead}/score?refresh=false`).expect(200);
    await app.api.post('/api/leads/pipeline/run', scope).expect(200);
    await app.api.patch(`${item()}?refresh=false`, { title: 'z' }).expect(200);
    await app.api.delete(`${item()}?refresh=false`).expect(204);
    await put({}, '?refresh=perhaps').expect(400);
    expect(await jobs()).toEqual([]);
  });

  it.each(['all', 'each'])(
    'asks for one after an import in mode %s, not a dry run',
    async (mode) => {
      await importInto(scope, { mode, dryRun: true });
      expect(await jobs()).toEqual([]);
      await importInto(scope, { mode });
      expect(await jobs()).toHaveLength(1);
    },
  );

  it('asks for one in each scope of a batch and of a move', async () => {
    const [one, two] = [freshScope(), freshScope()];
    const named = manyItems(scope, 2, LEAD).map((each) => ({ ...each, title: 'x' }));
    const items = [
      { ...named[0], ...one },
      { ...named[1], ...two },
    ];
    await app.api.post('/api/work-items/batch', { items }).expect(200);
    for (const each of [one, two]) expect(await jobs(each)).toHaveLength(1);
    const [from, to] = [freshScope(), freshScope()];
    await put({ ...from }, '?refresh=false').expect(201);
    await put({ ...to }).expect(200);
    for (const each of [from, to]) expect(await jobs(each)).toHaveLength(1);
  });

  it.each(['run_lead_pipeline', 'recompute_score'])(
    'by a press of %s asks for one at once, also where one waits already',
    async (actionKey) => {
      await pushItems(app.api, scope, manyItems(scope, 2, LEAD));
      const [waiting] = await jobs();
      const { id } = await createNextAction(app.api, scope);
      await app.api.press(id, actionKey).expect(200);
      const [sooner, ...others] = await jobs();
      expect(others).toEqual([]);
      expect(sooner).toMatchObject({ id: waiting?.id, state: 'waiting' });
      expect(sooner!.delay).toBeLessThan(REFRESH_DELAY_MS - 5000);
      await put().expect(201);
      expect(await jobs()).toEqual([sooner]);
    },
  );

  it('by a route that scores leads asks for one, too', async () => {
    await pushItems(app.api, scope, manyItems(scope, 2, LEAD));
    await app.rows('DELETE FROM jobs WHERE entity_id = $1', [scope.entityId]);
    await app.api.post('/api/leads/pipeline/run', scope).expect(200);
    expect(await jobs()).toHaveLength(1);
  });

  it('is no press that only changes its next best action', async () => {
    const { id } = await createNextAction(app.api, scope);
    for (const key of ['snooze_1d', 'run_risk_rules', 'run_next_actions', 'mark_done']) {
      await app.api.press(id, key).expect(200);
    }
    expect(await jobs()).toEqual([]);
  });

  it('does not wait for other pushes of its scope, and a press waits until they are committed', async () => {
    await put().expect(201);
    const [waiting] = await jobs();
    let press: Promise<void> | undefined;
    await app.get(TransactionRunner).run(async (tx) => {
      await app.get(DeskRefresh).afterPush(tx, [scope]);
      await pushItems(app.api, scope, manyItems(scope, 1, OVERDUE));
      press = app
        .get(TransactionRunner)
        .run((other) => app.get(DeskRefresh).afterPress(other, scope));
      await eventually('the press waits', async () => {
        const [row] = await app.rows<{ blocked: boolean }>(
          `SELECT count(*) > 0 AS blocked FROM pg_stat_activity
           WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        return row!.blocked;
      });
      expect(await jobs()).toEqual([waiting]);
    });
    await press;
    expect((await jobs())[0]!.delay).toBeLessThan(REFRESH_DELAY_MS - 5000);
  });
});

describe('a refresh', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({ env: { ...QUICK_JOBS, AUTO_RUN: 'true', WORKER: 'true' } });
  });
  afterAll(() => app.close());

  /** Makes the refresh of a scope due, and waits for its end. */
  async function refreshed(scope: TestScope, state = 'completed'): Promise<string> {
    const due = await app.rows<{ id: string }>(
      `UPDATE jobs SET run_after = now()
       WHERE type = 'desk.refresh' AND state = 'waiting' AND entity_id = $1 RETURNING id`,
      [scope.entityId],
    );
    const id = due[0]!.id;
    await untilJob(app, id, state);
    return id;
  }

  it('answers a push: score, flags and recommendations, as the system, and asks for no other', async () => {
    const scope = freshScope();
    await pushItems(app.api, scope, manyItems(scope, 3, OVERDUE));
    const id = await refreshed(scope);
    const flags = await listIn<RiskFlagBody>(app.api, '/api/risk', scope);
    expect(flags.map(({ ruleKey }) => ruleKey)).toEqual(['retention_overdue']);
    const actions = await listIn<NextActionBody>(app.api, '/api/next-actions', scope);
    expect(actions.map(({ createdByRule }) => createdByRule)).toEqual(['retention_overdue']);
    await app.api.get(`/api/scores/account/${encodeURIComponent(scope.entityId)}`).expect(200);
    const runs = await app.rows<{ key: string; actor: string | null }>(
      `SELECT event_key AS key, actor_id AS actor FROM ops_events
       WHERE entity_id = $1 AND event_key IN ('nba.run', 'risk.upsert', 'score.computed')
       ORDER BY id`,
      [scope.entityId],
    );
    expect(runs).toEqual([
      { key: 'score.computed', actor: null },
      { key: 'risk.upsert', actor: null },
      { key: 'nba.run', actor: null },
    ]);
    expect(await refreshJobs(app, scope)).toEqual([expect.objectContaining({ id })]);
  });

  it('takes away what a press answered, at once', async () => {
    const scope = freshScope();
    await pushItems(app.api, scope, manyItems(scope, 8, LEAD));
    await refreshed(scope);
    const [action] = await listIn<NextActionBody>(app.api, '/api/next-actions', scope);
    expect(action?.createdByRule).toBe('intake_leads_unscored');
    await app.api.press(action!.id, 'run_lead_pipeline').expect(200);
    await eventually('the recommendation is gone', async () => {
      const { body } = await app.api.get(`/api/next-actions/${action!.id}`).expect(200);
      return (body as NextActionBody).status === 'expired';
    });
  });

  it('that fails for good counts once in the health of its scope, and not after a later one', async () => {
    const scope = freshScope();
    const jobHealth = async (): Promise<number | undefined> => {
      const score = await runIn<{ factors: { key: string; count: number }[] }>(
        app.api,
        '/api/scores/compute',
        scope,
      );
      return score.factors.find(({ key }) => key === 'job_health')?.count;
    };
    await app.rows(
      `ALTER TABLE risk_flags ADD CONSTRAINT ck_test CHECK (entity_id <> '${scope.entityId}')`,
    );
    const failed: string[] = [];
    for (const count of [1, 2, 3]) {
      await pushItems(app.api, scope, manyItems(scope, count, OVERDUE));
      failed.push(await refreshed(scope, 'dead_lettered'));
      expect(await jobHealth()).toBe(1);
    }
    await app.rows('ALTER TABLE risk_flags DROP CONSTRAINT ck_test');
    await pushItems(app.api, scope, manyItems(scope, 4, OVERDUE));
    await refreshed(scope);
    expect(await jobHealth()).toBe(0);
    const { body } = await app.api.get(`/api/jobs/${failed[2]}`).expect(200);
    expect(body).toMatchObject({ state: 'cancelled' });
  });
});

describe('AUTO_RUN=false', () => {
  it('enqueues nothing, whatever is pushed and pressed', async () => {
    const app = await createTestApp({ env: { AUTO_RUN: 'false', WORKER: 'false' } });
    try {
      const scope = freshScope();
      await pushItems(app.api, scope, manyItems(scope, 3, LEAD));
      const { id } = await createNextAction(app.api, scope);
      await app.api.press(id, 'run_lead_pipeline').expect(200);
      expect(await refreshJobs(app, scope)).toEqual([]);
    } finally {
      await app.close();
    }
  });
});
