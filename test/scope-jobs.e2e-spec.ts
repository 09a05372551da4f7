import { UnsettledScopes } from '../src/schedules/unsettled-scopes.js';
import { TransactionRunner } from '../src/database/transactions/transaction-runner.js';
import { JobsService } from '../src/jobs/queue/jobs.service.js';
import { createTestApp, type TestApp } from './support/app.js';
import { eventually } from './support/eventually.js';

const scope = { entityType: 'account', entityId: 'jobs' };

describe('the jobs of a scope', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({ env: { WORKER: 'true', JOB_POLL_MS: '50' } });
    await pushOverdue();
  });
  afterAll(() => app.close());

  const pushOverdue = () =>
    app.api.put('/api/work-items/reminder/overdue-1', {
      ...scope,
      title: 'Call back',
      state: 'open',
      priority: 'high',
      dueAt: '2020-01-01T00:00:00Z',
    });

  it('score it, raise its flags and queue its next actions', async () => {
    for (const type of ['score.compute', 'risk.run_rules', 'next_actions.run'] as const) {
      await app
        .get(TransactionRunner)
        .run((tx) => app.get(JobsService).enqueue(tx, { type, payload: scope }));
    }
    await eventually(
      'the score',
      async () => (await app.api.get('/api/scores/account/jobs')).status === 200,
    );
    const total = async (path: string) =>
      (await app.api.get(path, scope).expect(200)).body.items.length;
    await eventually('the flag', async () => (await total('/api/risk')) === 1);
    await eventually('the next action', async () => (await total('/api/next-actions')) === 1);
  });

  const scheduled = async () => app.get(UnsettledScopes).list();

  it('are enqueued by a schedule for every scope with open work items', async () => {
    expect(await scheduled()).toEqual([scope]);
  });

  it.each([0, 1, 2])(
    'are enqueued after the last item was closed, until nothing is left to compute (order %i)',
    async (turn) => {
      const routes = ['/api/scores/compute', '/api/risk/run-rules', '/api/next-actions/run'];
      await pushOverdue();
      for (const route of routes) await app.api.post(route, scope).expect(200);
      await app.api.delete('/api/work-items/reminder/overdue-1').expect(204);
      // Each kind in turn is the only one left, and keeps the scope on the schedule.
      for (const route of [...routes.slice(turn), ...routes.slice(0, turn)]) {
        expect(await scheduled()).toEqual([scope]);
        await app.api.post(route, scope).expect(200);
      }
      expect(await scheduled()).toEqual([]);
    },
  );
});
