import fc from 'fast-check';
import { createTestApp, type TestApp } from './support/app.js';
import { arbitraryItem } from './support/arbitraries.js';
import {
  listIn,
  type NextActionBody,
  type RiskFlagBody,
  runIn,
  type TestScope,
} from './support/desk.js';

const RUNS = ['/api/scores/compute', '/api/risk/run-rules', '/api/next-actions/run'];

/** Scopes that are easily confused. */
const scopes = fc.uniqueArray(
  fc.record({
    entityType: fc.constantFrom('account', 'account_', 'a', 'review_stream'),
    entityId: fc.oneof(
      fc.constantFrom('a', 'A', 'a ', 'a:a', 'account:a', '%', '_', "'", 'ä', '0'),
      fc.stringMatching(/^[ -~]{1,20}$/),
    ),
  }),
  {
    minLength: 2,
    maxLength: 3,
    selector: ({ entityType, entityId }) => `${entityType}/${entityId}`,
  },
);

describe('two scopes', () => {
  let app: TestApp;
  let round = 0;

  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app.close());

  it('never leak into each other', async () => {
    await fc.assert(
      fc.asyncProperty(
        scopes,
        fc.array(arbitraryItem([0]), { minLength: 6, maxLength: 25, size: 'max' }),
        async (names, items) => {
          // Each round in scopes of its own: what others left there is not this round's.
          round += 1;
          const [first, ...others] = names.map((scope) => ({
            ...scope,
            entityId: `${scope.entityId}${round}`,
          }));
          if (!first) return;
          for (const [index, other] of others.entries()) {
            await fill(other, items, `${round}:${index}`);
            for (const route of RUNS) await runIn(app.api, route, other);
          }
          const before = await Promise.all(others.map((other) => everythingOf(other)));

          await fill(first, items, `${round}:first`);
          for (const route of RUNS) await runIn(app.api, route, first);
          await pressEverything(first);
          await app.rows('DELETE FROM work_items WHERE external_id LIKE $1', [`${round}:first%`]);
          for (const route of RUNS) await runIn(app.api, route, first);

          expect(await Promise.all(others.map((other) => everythingOf(other)))).toEqual(before);
        },
      ),
      { numRuns: 20 },
    );
  }, 120_000);

  it('move an item that a push names in another scope', async () => {
    const [from, to] = ['from', 'to'].map((entityId) => ({ entityType: 'account', entityId }));
    const item = { state: 'open', title: 'Call', dueAt: '2026-01-01T00:00:00Z' };
    const put = (scope: object | undefined) =>
      app.api.put('/api/work-items/reminder/wanderer', { ...item, ...scope });
    await put(from).expect(201);
    const moved = await put(to).expect(200);
    expect(moved.body).toMatchObject({ entityId: 'to' });
    expect(await listIn(app.api, '/api/work-items', from as TestScope)).toEqual([]);
    expect(await listIn(app.api, '/api/work-items', to as TestScope)).toHaveLength(1);
    expect(await runIn(app.api, '/api/next-actions/run', from as TestScope)).toMatchObject({
      created: 0,
    });
  });

  async function fill(scope: TestScope, items: readonly object[], prefix: string): Promise<void> {
    const bodies = (
      items as { kind: string; state: string; priority: string; dueIn: number | null }[]
    ).map(({ kind, state, priority, dueIn }, index) => ({
      ...{ ...scope, kind, state, priority, externalId: `${prefix}:${index}`, title: 'Any' },
      dueAt: dueIn === null ? null : new Date(Date.now() + dueIn),
    }));
    await app.api.post('/api/work-items/batch', { items: bodies }).expect(200);
  }

  async function pressEverything(scope: TestScope): Promise<void> {
    const keys = [
      'run_next_actions',
      'run_risk_rules',
      'recompute_score',
      'dont_suggest_again_30d',
    ];
    const queue = await listIn<NextActionBody>(app.api, '/api/next-actions', scope);
    for (const { id } of queue) {
      for (const key of keys) await app.api.press(id, key);
    }
    for (const { id } of await listIn<RiskFlagBody>(app.api, '/api/risk', scope)) {
      await app.api.patch(`/api/risk/${id}`, { action: 'dismiss' });
    }
  }

  async function everythingOf(scope: TestScope): Promise<unknown> {
    const score = await app.api.get(
      `/api/scores/${scope.entityType}/${encodeURIComponent(scope.entityId)}`,
    );
    const { body: summary } = await app.api.get('/api/next-actions/summary', { ...scope });
    const runs = await app.rows(
      'SELECT * FROM next_action_runs WHERE (entity_type, entity_id) = ($1, $2) ORDER BY id',
      [scope.entityType, scope.entityId],
    );
    const silences = await app.rows(
      'SELECT * FROM next_action_suppressions WHERE (entity_type, entity_id) = ($1, $2)',
      [scope.entityType, scope.entityId],
    );
    return {
      items: await listIn(app.api, '/api/work-items', scope),
      score: score.body as unknown,
      flags: await listIn(app.api, '/api/risk', scope),
      actions: await listIn(app.api, '/api/next-actions', scope),
      ...{ summary: summary as unknown, runs, silences },
    };
  }
});
