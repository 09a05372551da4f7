import { Client } from 'pg';
import { SYSTEM_ACTOR } from '../src/kernel/actor.js';
import { type Transaction } from '../src/database/transactions/transaction.js';
import { TransactionRunner } from '../src/database/transactions/transaction-runner.js';
import { NextActionRunsService } from '../src/next-actions/rules/next-action-runs.service.js';
import { STORE_RUN } from '../src/next-actions/rules/next-action-runs.sql.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import {
  freshScope,
  listIn,
  manyItems,
  type NextActionBody,
  pushItems,
  runIn,
  type TestScope,
} from './support/desk.js';
import { problems } from './support/problems.js';

const KEYS = ['run_next_actions', 'run_risk_rules', 'recompute_score'];

describe('runs of the next-action rules', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app.close());

  const run = (scope: TestScope): Promise<unknown> =>
    runIn(app.api, '/api/next-actions/run', scope);
  const queue = (scope: TestScope): Promise<NextActionBody[]> =>
    listIn(app.api, '/api/next-actions', scope, { status: 'queued' });

  async function busyScope(): Promise<TestScope> {
    const scope = freshScope();
    await pushItems(app.api, scope, [
      ...manyItems(scope, 2, { kind: 'notification_delivery', state: 'failed' }),
      ...manyItems(scope, 2, { kind: 'reminder', state: 'open', dueInHours: -3 }),
      ...manyItems(scope, 2, { kind: 'retention_contact', state: 'open', dueInHours: -3 }),
      ...manyItems(scope, 2, { kind: 'handoff', state: 'awaiting_client_confirmation' }),
    ]);
    return scope;
  }
  const empty = (scope: TestScope): Promise<unknown> =>
    app.rows('DELETE FROM work_items WHERE entity_id = $1', [scope.entityId]);

  it('never touch what an API client made, even under the key of a rule', async () => {
    const scope = await busyScope();
    const dedupeKey = `nba:retention_overdue:${scope.entityType}:${scope.entityId}`;
    const { id } = await createNextAction(app.api, { ...scope, title: 'By hand' });
    // As a build wrote it that still took the keys of rules from clients.
    await app.rows(
      `UPDATE next_best_actions SET dedupe_key = $2, created_by_rule = 'retention_overdue'
       WHERE id = $1`,
      [id, dedupeKey],
    );
    expect(await run(scope)).toMatchObject({ created: 3, updated: 0 });
    await empty(scope);
    expect(await run(scope)).toMatchObject({ expired: 3 });
    expect(await queue(scope)).toEqual([expect.objectContaining({ id, title: 'By hand' })]);
  });

  it('update what is queued and keep its snooze', async () => {
    const scope = await busyScope();
    await run(scope);
    const before = (await queue(scope)).find((one) => one.createdByRule === 'retention_overdue');
    await app.api.press(before?.id ?? '', 'snooze_1d').expect(200);
    const three = manyItems(scope, 3, { kind: 'retention_contact', state: 'open', dueInHours: -3 });
    await pushItems(app.api, scope, three.slice(2));
    expect(await run(scope)).toMatchObject({ created: 0, updated: 1, expired: 0 });
    const { body } = await app.api.get(`/api/next-actions/${before?.id}`).expect(200);
    expect(body).toMatchObject({
      priority: 'high',
      reason: '3 retention contacts overdue.',
      snoozedUntil: expect.any(String) as string,
    });
  });

  describe('that meet a snooze', () => {
    const RULE = 'retention_overdue';
    const overdue = (scope: TestScope, count: number) =>
      pushItems(
        app.api,
        scope,
        manyItems(scope, count, { kind: 'retention_contact', state: 'open', dueInHours: -3 }),
      );
    const rows = (scope: TestScope) =>
      app.rows<{ id: string; status: string; snoozed: boolean; reason: string }>(
        `SELECT id, status, snoozed_until > now() AS snoozed, reason FROM next_best_actions
         WHERE entity_id = $1 AND created_by_rule = $2 ORDER BY created_at`,
        [scope.entityId, RULE],
      );
    async function snoozedAndExpired(): Promise<{ scope: TestScope; id: string }> {
      const scope = freshScope();
      await overdue(scope, 1);
      await run(scope);
      const [action] = await queue(scope);
      await app.api.press(action?.id ?? '', 'snooze_1d').expect(200);
      await empty(scope);
      expect(await run(scope)).toMatchObject({ expired: 1 });
      return { scope, id: action?.id ?? '' };
    }

    it('keep it when the condition goes and returns within its time', async () => {
      const { scope, id } = await snoozedAndExpired();
      for (const count of [2, 1]) {
        await overdue(scope, count);
        expect(await run(scope)).toMatchObject({ created: 1, expired: 0 });
        const reason =
          count === 1 ? '1 retention contact overdue.' : '2 retention contacts overdue.';
        expect(await rows(scope)).toEqual([{ id, status: 'queued', snoozed: true, reason }]);
        expect(await queue(scope)).toEqual([]);
        await empty(scope);
        expect(await run(scope)).toMatchObject({ created: 0, expired: 1 });
      }
    });

    it('queue a new action when it is over', async () => {
      const { scope, id } = await snoozedAndExpired();
      await app.rows('UPDATE next_best_actions SET snoozed_until = now() WHERE id = $1', [id]);
      await overdue(scope, 1);
      expect(await run(scope)).toMatchObject({ created: 1 });
      const [action, ...more] = await queue(scope);
      expect(more).toEqual([]);
      expect(action?.id).not.toBe(id);
    });

    it('wait for no press, and queue nothing beside it meanwhile', async () => {
      const { scope, id } = await snoozedAndExpired();
      await overdue(scope, 1);
      const lock = 'SELECT FROM next_best_actions WHERE id = $1 FOR UPDATE';
      const outcome = await app.holding(lock, [id], () => run(scope));
      expect(outcome).toMatchObject({ created: 0 });
      expect(await rows(scope)).toMatchObject([{ id, status: 'expired' }]);
      expect(await run(scope)).toMatchObject({ created: 1 });
      expect(await rows(scope)).toMatchObject([{ id, status: 'queued', snoozed: true }]);
    });
  });

  it('meet presses of every button without a deadlock, a double or a lost press', async () => {
    const scope = await busyScope();
    await run(scope);
    const ids = (await queue(scope)).map(({ id }) => id);
    const presses = [1, 2].flatMap(() =>
      ids.flatMap((id) => KEYS.map((key) => app.api.press(id, key))),
    );
    const runs = ['/api/next-actions/run', '/api/risk/run-rules', '/api/scores/compute'].flatMap(
      (route) => [1, 2, 3].map(() => app.api.post(route, { ...scope })),
    );
    const answers = await Promise.all([...presses, ...runs]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const [counts] = await app.rows<{ executions: number; deadlocks: number }>(
      `SELECT (SELECT count(*)::int FROM next_action_executions WHERE next_action_id = ANY($1)
                 AND status = 'success') AS executions,
         (SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database())
           AS deadlocks`,
      [ids],
    );
    expect(counts).toEqual({ executions: ids.length * KEYS.length, deadlocks: 0 });
  });

  it('pass over an action that is under a press, and expire it later', async () => {
    const scope = await busyScope();
    await run(scope);
    await empty(scope);
    const [held] = await queue(scope);
    const press = new Client({ connectionString: app.database.url });
    await press.connect();
    await press.query('BEGIN');
    await press.query('SELECT FROM next_best_actions WHERE id = $1 FOR UPDATE', [held?.id]);
    expect(await run(scope)).toMatchObject({ expired: 3 });
    await press.query('COMMIT');
    await press.end();
    expect(await run(scope)).toMatchObject({ expired: 1 });
  });

  it.each(['mark_done', 'dismiss', 'dont_suggest_again_30d'])(
    'do not queue again what %s closed after they had counted',
    async (key) => {
      const scope = await busyScope();
      await run(scope);
      const [closed] = await queue(scope);
      const outcome = await app.get(TransactionRunner).run((tx) => {
        const query: Transaction['query'] = async (statement, values) => {
          if (statement === STORE_RUN) await app.api.press(closed?.id ?? '', key).expect(200);
          return tx.query(statement, values);
        };
        const between = {
          query,
          publish: tx.publish.bind(tx),
          execute: tx.execute.bind(tx),
          defer: tx.defer.bind(tx),
        };
        return app.get(NextActionRunsService).runNextActions(between, scope, SYSTEM_ACTOR);
      });
      expect(outcome).toMatchObject({ created: 0, updated: 0, expired: 0 });
      expect((await queue(scope)).map(({ createdByRule }) => createdByRule)).not.toContain(
        closed?.createdByRule,
      );
    },
  );

  it('queue what has the same score in the order of its rank', async () => {
    const scope = freshScope();
    const due = { state: 'open', occurredInHours: -1 };
    await pushItems(app.api, scope, [
      ...manyItems(scope, 1, { ...due, kind: 'reminder', dueInHours: -5 }),
      ...manyItems(scope, 2, { ...due, kind: 'retention_contact', dueInHours: -3 }),
    ]);
    await run(scope);
    const ranked = await queue(scope);
    expect(ranked.map(({ score }) => score)).toEqual([67, 67]);
    // Equal scores: what was due earlier comes first.
    expect(ranked.map(({ createdByRule }) => createdByRule)).toEqual([
      'overdue_reminders_high_priority',
      'retention_overdue',
    ]);
  });

  it('suppress the rule of an action, not more', async () => {
    const scope = await busyScope();
    await run(scope);
    const byHand = await createNextAction(app.api, scope);
    await app.api.press(byHand.id, 'dont_suggest_again_30d').expect(200);
    const target = (await queue(scope)).find((one) => one.createdByRule === 'retention_overdue');
    await app.api.press(target?.id ?? '', 'dont_suggest_again_30d').expect(200);
    const silences = await app.rows<{ rule: string; days: number }>(
      `SELECT rule_key AS rule, round(extract(epoch FROM suppressed_until - now()) / 86400)::int AS days
       FROM next_action_suppressions WHERE entity_id = $1`,
      [scope.entityId],
    );
    expect(silences).toEqual([{ rule: 'retention_overdue', days: 30 }]);
    expect(await run(scope)).toMatchObject({ created: 0, updated: 0, expired: 0 });
    expect((await queue(scope)).map((one) => one.createdByRule)).not.toContain('retention_overdue');
  });

  it('are recorded with their counts and their event', async () => {
    const scope = await busyScope();
    const outcome = await run(scope);
    const [record] = await app.rows(
      `SELECT created, updated, expired, run_key AS "runKey" FROM next_action_runs
       WHERE entity_id = $1`,
      [scope.entityId],
    );
    expect(record).toEqual(outcome);
    const [event] = await app.rows<{ meta: object }>(
      `SELECT meta FROM ops_events WHERE entity_id = $1 AND event_key = 'nba.run'`,
      [scope.entityId],
    );
    expect(event?.meta).toMatchObject({ created: 4, updated: 0, expired: 0 });
  });

  it('summarize an empty scope', async () => {
    const scope = freshScope();
    const { body } = await app.api.get('/api/next-actions/summary', { ...scope }).expect(200);
    expect(body).toEqual({
      top5: [],
      queuedByPriority: { low: 0, medium: 0, high: 0, critical: 0 },
      countsAreExact: true,
      lastRunAt: null,
      ...scope,
    });
  });
});

describe('the limit of runs', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createTestApp({ env: { RUN_LIMIT_PER_MINUTE: '10' } });
  });
  afterAll(() => app.close());

  it.each(['/api/next-actions/run', '/api/risk/run-rules'])(
    'is ten a minute for %s',
    async (route) => {
      for (let left = 9; left >= 0; left--) {
        const response = await app.api.post(route, {}).expect(200);
        expect(response.headers['ratelimit-remaining']).toBe(String(left));
      }
      const refused = await app.api.post(route, {}).expect(429);
      expect(refused.body).toEqual(problems.rateLimited);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    },
  );
});
