import { suppressedIn } from '../src/next-actions/suppressions/suppressions.sql.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import {
  freshScope,
  hoursFromNow,
  listIn,
  manyItems,
  type NextActionBody,
  overdueScope,
  pushItems,
  runIn,
  type TestScope,
} from './support/desk.js';
import { planOf } from './support/plans.js';
import { type ApiClient } from './support/requests.js';
import { addUser } from './support/users.js';

const RULE = 'retention_overdue';
const ROUTE = '/api/next-actions/suppressions';

interface SuppressionBody {
  readonly id: string;
  readonly scope: string;
  readonly ruleKey: string | null;
  readonly dedupeKey: string | null;
  readonly until: string | null;
  readonly active: boolean;
  readonly reason: string | null;
  readonly createdBy: string | null;
  readonly createdByName: string | null;
  readonly endedAt: string | null;
}

describe('suppressions', () => {
  let app: TestApp;
  let operator: { user: { id: string; name: string }; api: ApiClient };
  beforeAll(async () => {
    app = await createTestApp();
    operator = await addUser(app);
  });
  afterAll(() => app.close());

  const terms = (values: object = {}): object => ({
    ruleKey: RULE,
    for: '7d',
    reason: 'They are called every week.',
    ...values,
  });
  async function suppress(
    values: object,
    { api = app.api, status = 201 }: { api?: ApiClient; status?: number } = {},
  ): Promise<SuppressionBody> {
    return (await api.post(ROUTE, terms(values)).expect(status)).body as SuppressionBody;
  }
  const list = async (query: Record<string, string | number>, api = app.api) =>
    (await api.get(ROUTE, query).expect(200)).body as {
      items: SuppressionBody[];
      pagination: { nextCursor: string | null };
    };
  const run = (scope: TestScope) =>
    runIn<{ created: number; expired: number; suppressed: number }>(
      app.api,
      '/api/next-actions/run',
      scope,
    );
  const queue = (scope: TestScope): Promise<NextActionBody[]> =>
    listIn(app.api, '/api/next-actions', scope, { status: 'queued' });
  const events = (id: string) =>
    app.rows<{ key: string; actor: string; entityId: string | null; meta: object }>(
      `SELECT event_key AS key, actor_id AS actor, entity_id AS "entityId", meta FROM ops_events
       WHERE source_id = $1 ORDER BY id`,
      [id],
    );
  const inDays = (iso: string | null): number =>
    Math.round((Date.parse(iso ?? '') - Date.now()) / 86_400_000);

  it('hold a rule back in one scope, and the run counts it', async () => {
    const scope = await overdueScope(app.api);
    const other = await overdueScope(app.api);
    await run(scope);
    const made = await suppress(scope, { api: operator.api });
    expect(made).toMatchObject({
      scope: `account/${scope.entityId}`,
      ...scope,
      ruleKey: RULE,
      dedupeKey: null,
      active: true,
      reason: 'They are called every week.',
      createdBy: operator.user.id,
      createdByName: operator.user.name,
      endedAt: null,
    });
    expect(inDays(made.until)).toBe(7);
    expect(await run(scope)).toMatchObject({ created: 0, expired: 1, suppressed: 1 });
    expect(await queue(scope)).toEqual([]);
    expect(await run(other)).toMatchObject({ created: 1, suppressed: 0 });
    const { body } = await app.api.get('/api/next-actions/summary', { ...scope }).expect(200);
    expect(body).toMatchObject({ suppressed: 1, snoozed: 0 });
    expect(await events(made.id)).toEqual([
      {
        key: 'suppression.created',
        actor: operator.user.id,
        entityId: scope.entityId,
        meta: expect.objectContaining({ ruleKey: RULE, until: made.until }) as object,
      },
    ]);
  });

  it('hold back one dedupe key', async () => {
    const scope = await overdueScope(app.api);
    const dedupeKey = `nba:${RULE}:${scope.entityType}:${scope.entityId}`;
    await suppress({ ...scope, ruleKey: undefined, dedupeKey });
    expect(await run(scope)).toMatchObject({ created: 0, suppressed: 1 });
  });

  it.each([
    ['a type', 'shop', 'shop/*', 'shop'],
    ['all', 'club', '*', null],
  ])('hold a rule back in %s', async (_, entityType, pattern, type) => {
    const scope = await overdueScope(app.api, entityType);
    const made = await suppress({ scope: pattern });
    expect(made).toMatchObject({ scope: pattern, entityType: type, entityId: null });
    expect(await run(scope)).toMatchObject({ created: 0, suppressed: 1 });
    await app.api.delete(`${ROUTE}/${made.id}`).expect(204);
    expect(await run(scope)).toMatchObject({ created: 1, suppressed: 0 });
  });

  it('look suppressions up by index, in the scope, its type and all scopes', async () => {
    await app.rows(
      `INSERT INTO next_action_suppressions (id, entity_type, entity_id, rule_key, suppressed_until)
       SELECT gen_random_uuid(), 'account', 'many ' || n, 'retention_overdue', now() + interval '1 day'
       FROM generate_series(1, 5000) n`,
    );
    await app.rows('ANALYZE next_action_suppressions');
    const plan = await planOf(app, suppressedIn(`'account'`, `'many 7'`, 'now()'));
    expect(plan).not.toContain('Seq Scan');
    expect(
      plan.match(/ix_next_action_suppressions_scope|uq_next_action_suppressions_key/g),
    ).toHaveLength(3);
  });

  it('change and prolong one that holds for the same key', async () => {
    const scope = freshScope();
    const made = await suppress(scope);
    const again = await suppress({ ...scope, for: '30d', reason: 'Longer.' }, { status: 200 });
    expect(again).toMatchObject({ id: made.id, reason: 'Longer.' });
    expect(inDays(again.until)).toBe(30);
    const { body } = await app.api
      .patch(`${ROUTE}/${made.id}`, { until: hoursFromNow(48) })
      .expect(200);
    expect(body).toMatchObject({ id: made.id, reason: 'Longer.' });
    expect(inDays((body as SuppressionBody).until)).toBe(2);
    const forever = await app.api.patch(`${ROUTE}/${made.id}`, { for: 'forever' }).expect(200);
    expect(forever.body).toMatchObject({ until: null, active: true });
    expect((await events(made.id)).map(({ key }) => key)).toEqual([
      'suppression.created',
      'suppression.changed',
      'suppression.changed',
      'suppression.changed',
    ]);
  });

  it('are lifted on record, once', async () => {
    const scope = await overdueScope(app.api);
    const made = await suppress(scope);
    await app.api.delete(`${ROUTE}/${made.id}`).expect(204);
    await app.api.delete(`${ROUTE}/${made.id}`).expect(204);
    expect(await run(scope)).toMatchObject({ created: 1, suppressed: 0 });
    const { body } = await app.api.get(`${ROUTE}/${made.id}`).expect(200);
    expect(body).toMatchObject({ active: false, endedAt: expect.any(String) as string });
    expect((await events(made.id)).map(({ key }) => key)).toEqual([
      'suppression.created',
      'suppression.lifted',
    ]);
    const refused = await app.api.patch(`${ROUTE}/${made.id}`, { for: '7d' }).expect(409);
    expect(refused.body).toMatchObject({ code: 'SUPPRESSION_ENDED' });
    // A new one may follow at once.
    expect((await suppress(scope)).id).not.toBe(made.id);
  });

  it('are set anew under another id after they ran out', async () => {
    const scope = freshScope();
    const made = await suppress(scope);
    await app.rows(
      `UPDATE next_action_suppressions SET suppressed_until = now() - interval '1 minute'
       WHERE id = $1`,
      [made.id],
    );
    expect(await list({ ...scope, active: 'true' })).toMatchObject({ items: [] });
    expect((await suppress(scope)).id).not.toBe(made.id);
  });

  it.each([
    [{ for: '7d', until: hoursFromNow(5) }, 'for'],
    [{ for: undefined }, 'for'],
    [{ for: undefined, until: hoursFromNow(-1) }, 'until'],
    [{ dedupeKey: 'nba:one' }, 'ruleKey'],
    [{ ruleKey: undefined }, 'ruleKey'],
    [{ ruleKey: 'no_such_rule' }, 'ruleKey'],
    [{ reason: ' ' }, 'reason'],
    [{ reason: undefined }, 'reason'],
    [{ scope: 'account/acme', entityType: 'account' }, 'scope'],
  ])('refuse %j', async (values, field) => {
    const { body } = await app.api.post(ROUTE, terms(values)).expect(400);
    expect(body).toMatchObject({ errors: [{ field }] });
  });

  it.each([{}, { for: '7d', until: hoursFromNow(5) }, { reason: '' }])(
    'refuse a change to %j',
    async (change) => {
      const { id } = await suppress(freshScope());
      await app.api.patch(`${ROUTE}/${id}`, change).expect(400);
    },
  );

  it('take an administrator for good, for long and for wide ones', async () => {
    const scope = freshScope();
    for (const far of [
      { ...scope, for: 'forever' },
      { ...scope, for: undefined, until: hoursFromNow(24 * 90 + 1) },
      { scope: 'account/*' },
      { scope: '*' },
    ]) {
      const { body } = await operator.api.post(ROUTE, terms(far)).expect(403);
      expect(body).toMatchObject({ code: 'PERMISSION_DENIED' });
    }
    const near = { ...scope, for: undefined, until: hoursFromNow(24 * 90 - 1) };
    const { id } = await suppress(near, { api: operator.api });
    await operator.api.patch(`${ROUTE}/${id}`, { for: 'forever' }).expect(403);
    await app.api.patch(`${ROUTE}/${id}`, { for: 'forever' }).expect(200);
    // What an administrator set for good, an operator neither changes nor lifts.
    await operator.api.patch(`${ROUTE}/${id}`, { for: '7d' }).expect(403);
    await operator.api.post(ROUTE, terms(scope)).expect(403);
    await operator.api.delete(`${ROUTE}/${id}`).expect(403);
    await app.api.delete(`${ROUTE}/${id}`).expect(204);
  });

  it('are narrowed to the grants', async () => {
    const entityId = freshScope().entityId;
    const own = { entityType: 'tenant', entityId };
    const tenant = await addUser(app, { role: 'admin', scopes: [`tenant/${entityId}`] });
    const wide = await suppress({ scope: 'tenant/*' });
    const foreign = await suppress({ ...own, entityId: `${entityId} 2` });
    const mine = await suppress(own, { api: tenant.api });
    const { items } = await list({ scope: '*' }, tenant.api);
    expect(items.map(({ id }) => id)).toEqual([mine.id]);
    for (const id of [wide.id, foreign.id]) {
      await tenant.api.get(`${ROUTE}/${id}`).expect(404);
      await tenant.api.patch(`${ROUTE}/${id}`, { for: '7d' }).expect(404);
      await tenant.api.delete(`${ROUTE}/${id}`).expect(404);
    }
    for (const scope of ['tenant/*', '*', 'tenant/other']) {
      const { body } = await tenant.api.post(ROUTE, terms({ scope })).expect(404);
      expect(body).toMatchObject({ code: 'SCOPE_NOT_FOUND' });
    }
    await app.api.delete(`${ROUTE}/${wide.id}`).expect(204);
  });

  it('are listed by pages, newest first, by rule and by whether they hold', async () => {
    const scope = freshScope();
    const ended = await suppress(scope);
    await app.api.delete(`${ROUTE}/${ended.id}`).expect(204);
    const first = await suppress(scope);
    const second = await suppress({ ...scope, ruleKey: 'intake_leads_unscored' });
    const ids = async (query: object) =>
      (await list({ ...scope, ...query })).items.map(({ id }) => id);
    expect(await ids({})).toEqual([second.id, first.id, ended.id]);
    expect(await ids({ active: 'true' })).toEqual([second.id, first.id]);
    expect(await ids({ active: 'false' })).toEqual([ended.id]);
    expect(await ids({ ruleKey: RULE, active: 'true' })).toEqual([first.id]);
    const page = await list({ ...scope, pageSize: 2 });
    const cursor = page.pagination.nextCursor ?? '';
    expect(await ids({ pageSize: 2, cursor })).toEqual([ended.id]);
    await app.api.get(ROUTE, { active: 'perhaps' }).expect(400);
  });

  it('come by the button, too, with who and why', async () => {
    const scope = await overdueScope(app.api);
    await run(scope);
    const [action] = await queue(scope);
    await operator.api.press(action?.id ?? '', 'dont_suggest_again_30d').expect(200);
    const { items } = await list({ ...scope });
    expect(items).toMatchObject([
      {
        ruleKey: RULE,
        createdByName: operator.user.name,
        reason: `Don't suggest again (30 days): ${action?.title}`,
      },
    ]);
    expect(inDays(items[0]?.until ?? null)).toBe(30);
    expect((await events(items[0]?.id ?? '')).map(({ key }) => key)).toEqual([
      'suppression.created',
    ]);
  });

  it('are not shortened by the button', async () => {
    const scope = await overdueScope(app.api);
    await run(scope);
    const [action] = await queue(scope);
    const made = await suppress({ ...scope, for: 'forever' });
    await app.api.press(action?.id ?? '', 'dont_suggest_again_30d').expect(200);
    expect((await list({ ...scope })).items).toMatchObject([{ id: made.id, until: null }]);
  });

  describe('of a critical recommendation', () => {
    async function criticalScope(): Promise<TestScope> {
      const scope = freshScope();
      await pushItems(app.api, scope, [
        ...manyItems(scope, 9, { kind: 'retention_contact', state: 'open', dueInHours: -30 }),
        ...manyItems(scope, 9, { kind: 'notification_delivery', state: 'failed' }),
        ...manyItems(scope, 9, { kind: 'reminder', state: 'open', dueInHours: -30 }),
        ...manyItems(scope, 9, { kind: 'intake_lead', state: 'new' }),
      ]);
      const score = await runIn<{ band: string }>(app.api, '/api/scores/compute', scope);
      expect(score).toMatchObject({ band: 'critical' });
      await run(scope);
      return scope;
    }
    const SCORE = 'score_in_critical_band';
    const critical = async (scope: TestScope) =>
      (await queue(scope)).find(({ createdByRule }) => createdByRule === SCORE);

    it.each([
      ['mark_done', 'completed_at'],
      ['dismiss', 'dismissed_at'],
    ])('hold for an hour after %s alone, or as long as it is suppressed', async (key, column) => {
      const scope = await criticalScope();
      const action = await critical(scope);
      await app.api.press(action?.id ?? '', key).expect(200);
      expect(await run(scope)).toMatchObject({ created: 0, suppressed: 1 });
      await app.rows(
        `UPDATE next_best_actions SET ${column} = ${column} - interval '61 minutes' WHERE id = $1`,
        [action?.id],
      );
      await suppress({ ...scope, ruleKey: SCORE });
      expect(await run(scope)).toMatchObject({ created: 0, suppressed: 1 });
      const [{ id } = { id: '' }] = (await list({ ...scope })).items;
      await app.api.delete(`${ROUTE}/${id}`).expect(204);
      expect(await run(scope)).toMatchObject({ created: 1, suppressed: 0 });
    });
  });

  it('and snoozes are summed up over the scopes that are read', async () => {
    const entityType = 'region';
    const [one, two] = [
      await overdueScope(app.api, entityType),
      await overdueScope(app.api, entityType),
    ];
    await suppress(one);
    await suppress(two);
    for (const scope of [one, one, two]) await run(scope);
    const { id } = await createNextAction(app.api, one);
    await app.api.press(id, 'snooze_1d').expect(200);
    const { body } = await app.api
      .get('/api/next-actions/summary', { scope: `${entityType}/*` })
      .expect(200);
    expect(body).toMatchObject({ suppressed: 2, snoozed: 1, countsAreExact: true });
    // What yesterday's run held back is no news.
    await app.rows(
      `UPDATE next_action_runs SET ran_at = ran_at - interval '1 day' WHERE entity_id = $1`,
      [two.entityId],
    );
    const later = await app.api
      .get('/api/next-actions/summary', { scope: `${entityType}/*` })
      .expect(200);
    expect(later.body).toMatchObject({ suppressed: 1 });
  });
});
