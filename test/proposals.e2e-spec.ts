import { createTestApp, type TestApp } from './support/app.js';
import { freshScope, listIn, runIn, type TestScope } from './support/desk.js';
import { daysAgo, idAt } from './support/history.js';

const RULE = 'retention_overdue';
const SUPPRESSIONS = '/api/next-actions/suppressions';

describe('proposals of suppressions', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app.close());

  const suppress = (scope: TestScope) =>
    app.api
      .post(SUPPRESSIONS, { ...scope, ruleKey: RULE, for: '7d', reason: 'They are called anyway.' })
      .expect(201);
  const run = (scope: TestScope) =>
    runIn<{ proposals: object[] }>(app.api, '/api/next-actions/run', scope);

  /** So many NBAs of the rule, dismissed or not, as runs and presses left them. */
  async function history(scope: TestScope, dismissed: number, expired: number, days = 1) {
    await app.rows(
      `INSERT INTO next_best_actions (id, title, priority, score, status, origin, created_by_rule,
         entity_type, entity_id, created_at, dismissed_at)
       SELECT ($6::uuid[])[n], 'Call', 'medium', 50, CASE WHEN n <= $3 THEN 'dismissed' ELSE 'expired' END,
         'rule', '${RULE}', $1, $2, now() - $5 * interval '1 day',
         CASE WHEN n <= $3 THEN now() - $5 * interval '1 day' END
       FROM generate_series(1, $3::int + $4::int) n`,
      [
        ...[scope.entityType, scope.entityId, dismissed, expired, days],
        Array.from({ length: dismissed + expired }, () => idAt(daysAgo(days))),
      ],
    );
  }
  const summaryOf = async (query: Partial<Record<string, string>>) =>
    (await app.api.get('/api/next-actions/summary', query).expect(200)).body as {
      proposals: object[];
    };

  it('after three dismissals in half of the cases, by the run and the summaries', async () => {
    const scope = { ...freshScope(), entityType: 'proposal' };
    await history(scope, 3, 3);
    const proposal = {
      ruleKey: RULE,
      ...scope,
      dismissed: 3,
      suggested: 6,
      suggestion: { for: '30d' },
    };
    expect(await run(scope)).toMatchObject({ proposals: [proposal] });
    for (const query of [{ ...scope }, { scope: 'proposal/*' }, { scope: '*' }]) {
      expect((await summaryOf(query)).proposals).toContainEqual(proposal);
    }
    // Never by itself.
    expect(await listIn(app.api, SUPPRESSIONS, scope)).toEqual([]);
    await suppress(scope);
    expect((await summaryOf({ ...scope })).proposals).toEqual([]);
  });

  it.each([
    ['two dismissals', 2, 0, 1],
    ['three of seven', 3, 4, 1],
    ['dismissals of a month ago', 5, 0, 31],
  ])('not after %s', async (_, dismissed, expired, days) => {
    const scope = freshScope();
    await history(scope, dismissed, expired, days);
    expect((await summaryOf({ ...scope })).proposals).toEqual([]);
  });
});
