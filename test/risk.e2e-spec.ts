import { createTestApp, type TestApp } from './support/app.js';
import {
  freshScope,
  hoursFromNow,
  listIn,
  manyItems,
  pushItems,
  type RiskFlagBody,
  runIn,
  type TestScope,
} from './support/desk.js';
import { problems } from './support/problems.js';

describe('risk flags', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app.close());

  const run = (scope: TestScope): Promise<unknown> => runIn(app.api, '/api/risk/run-rules', scope);
  const flags = (scope: TestScope, query = {}): Promise<RiskFlagBody[]> =>
    listIn(app.api, '/api/risk', scope, query);
  const me = async () =>
    (await app.api.get('/api/auth/me').expect(200)).body as { readonly id: string };
  const patch = (id: string, body: object) => app.api.patch(`/api/risk/${id}`, body);

  /** Overdue retention contacts: one makes a medium flag, three a high one; closed ones make none. */
  async function retention(scope: TestScope, overdue: number): Promise<void> {
    await app.rows('DELETE FROM work_items WHERE entity_id = $1', [scope.entityId]);
    if (overdue === 0) return;
    const item = { kind: 'retention_contact', state: 'open', dueInHours: -5 };
    await pushItems(app.api, scope, manyItems(scope, overdue, item));
  }

  async function flagged(): Promise<{ scope: TestScope; flag: RiskFlagBody }> {
    const scope = freshScope();
    await retention(scope, 1);
    await run(scope);
    const [flag] = await flags(scope);
    if (!flag) throw new Error('No flag was raised.');
    return { scope, flag };
  }

  it('follow their condition: opened, updated, resolved, opened again', async () => {
    const { scope, flag } = await flagged();
    expect(flag).toMatchObject({ severity: 'medium', status: 'open', evidence: { count: 1 } });
    await retention(scope, 3);
    expect(await run(scope)).toEqual({ created: 0, updated: 1, resolved: 0 });
    expect((await flags(scope))[0]).toMatchObject({ id: flag.id, severity: 'high' });
    await retention(scope, 0);
    expect(await run(scope)).toEqual({ created: 0, updated: 0, resolved: 1 });
    expect((await flags(scope))[0]).toMatchObject({ status: 'resolved', resolvedBy: 'rule' });
    await retention(scope, 1);
    expect(await run(scope)).toEqual({ created: 1, updated: 0, resolved: 0 });
    const [again] = await flags(scope);
    expect(again).toMatchObject({ id: flag.id, status: 'open', resolvedBy: null });
    expect(Date.parse(again?.firstSeenAt ?? '')).toBeGreaterThan(Date.parse(flag.firstSeenAt));
  });

  it.each([
    ['resolve', 'resolved'],
    ['dismiss', 'dismissed'],
  ])('stay closed after an operator’s %s while the condition holds', async (action, status) => {
    const { scope, flag } = await flagged();
    const closed = await patch(flag.id, { action }).expect(200);
    expect(closed.body).toMatchObject({ status, actorId: expect.any(String) as string });
    for (const overdue of [1, 2, 1]) {
      await retention(scope, overdue);
      expect(await run(scope)).toEqual({ created: 0, updated: 0, resolved: 0 });
    }
    expect((await flags(scope))[0]).toMatchObject({ status });
    expect((await patch(flag.id, { action }).expect(200)).body).toMatchObject({ status });
    const other = action === 'resolve' ? 'dismiss' : 'resolve';
    for (const body of [{ action: other }, { action: 'snooze', preset: '2d' }]) {
      const refused = await patch(flag.id, body).expect(409);
      expect((refused.body as { code: string }).code).toBe('RISK_FLAG_NOT_OPEN');
    }
  });

  it('open anew after an operator’s resolve once a run has found the condition gone', async () => {
    const { scope, flag } = await flagged();
    await patch(flag.id, { action: 'resolve' }).expect(200);
    await retention(scope, 0);
    expect(await run(scope)).toEqual({ created: 0, updated: 0, resolved: 0 });
    expect((await flags(scope))[0]).toMatchObject({ resolvedBy: 'operator' });
    await retention(scope, 6);
    expect(await run(scope)).toEqual({ created: 1, updated: 0, resolved: 0 });
    const [again] = await flags(scope);
    expect(again).toMatchObject({ id: flag.id, status: 'open', severity: 'high' });
    expect(Date.parse(again?.firstSeenAt ?? '')).toBeGreaterThan(Date.parse(flag.firstSeenAt));
  });

  it('open after an operator’s resolve when the severity rises above the resolved one', async () => {
    const { scope, flag } = await flagged();
    await patch(flag.id, { action: 'resolve' }).expect(200);
    await retention(scope, 3);
    expect(await run(scope)).toEqual({ created: 1, updated: 0, resolved: 0 });
    await patch(flag.id, { action: 'resolve' }).expect(200);
    for (const overdue of [1, 3]) {
      await retention(scope, overdue);
      expect(await run(scope)).toEqual({ created: 0, updated: 0, resolved: 0 });
    }
  });

  it('stay dismissed over every occurrence until an operator reopens them', async () => {
    const { scope, flag } = await flagged();
    await patch(flag.id, { action: 'dismiss' }).expect(200);
    for (const overdue of [0, 1, 3]) {
      await retention(scope, overdue);
      expect(await run(scope)).toEqual({ created: 0, updated: 0, resolved: 0 });
    }
    const reopened = await patch(flag.id, { action: 'reopen' }).expect(200);
    expect(reopened.body).toMatchObject({ status: 'open', dismissedAt: null, resolvedAt: null });
    expect((await patch(flag.id, { action: 'reopen' }).expect(200)).body).toEqual(reopened.body);
    expect(await run(scope)).toEqual({ created: 0, updated: 1, resolved: 0 });
    await retention(scope, 0);
    expect(await run(scope)).toEqual({ created: 0, updated: 0, resolved: 1 });
  });

  it('end their snooze when they are reopened', async () => {
    const { flag } = await flagged();
    await patch(flag.id, { action: 'snooze', preset: '2d' }).expect(200);
    const { body } = await patch(flag.id, { action: 'reopen' }).expect(200);
    expect(body).toMatchObject({ status: 'open', snoozedUntil: null });
  });

  it('leave an event of every change, with its actor, and none of a repetition', async () => {
    const { scope, flag } = await flagged();
    const steps = [
      { action: 'snooze', preset: '2d' },
      { action: 'resolve' },
      { action: 'resolve' },
      { action: 'reopen' },
      { action: 'dismiss' },
    ];
    for (const body of steps) await patch(flag.id, body).expect(200);
    await patch(flag.id, { action: 'resolve' }).expect(409);
    const events = await app.rows<{ action: string; now: string; acted: boolean }>(
      `SELECT meta ->> 'action' AS action, meta ->> 'flagStatus' AS now,
         actor_id = $2 AS acted FROM ops_events
       WHERE event_key = 'risk.changed' AND source_id = $1 AND entity_id = $3 ORDER BY id`,
      [flag.id, (await me()).id, scope.entityId],
    );
    expect(events).toEqual([
      { action: 'snooze', now: 'snoozed', acted: true },
      { action: 'resolve', now: 'resolved', acted: true },
      { action: 'reopen', now: 'open', acted: true },
      { action: 'dismiss', now: 'dismissed', acted: true },
    ]);
  });

  it('leave a running snooze alone, and go on when it is over', async () => {
    const { scope, flag } = await flagged();
    const snoozed = await patch(flag.id, { action: 'snooze', preset: '2d' }).expect(200);
    const until = Date.parse((snoozed.body as RiskFlagBody).snoozedUntil ?? '');
    expect(Math.abs(until - Date.parse(hoursFromNow(48)))).toBeLessThan(60_000);
    for (const overdue of [3, 0]) {
      await retention(scope, overdue);
      expect(await run(scope)).toEqual({ created: 0, updated: 0, resolved: 0 });
      expect((await flags(scope))[0]).toEqual(snoozed.body);
    }
    expect(await flags(scope, { status: 'open' })).toEqual([]);
    expect(await flags(scope, { status: 'snoozed' })).toHaveLength(1);
    await app.rows(`UPDATE risk_flags SET snoozed_until = now() WHERE id = $1`, [flag.id]);
    expect(await run(scope)).toEqual({ created: 0, updated: 0, resolved: 1 });
  });

  it('become the operator’s when what a rule resolved is resolved by hand, and open anew', async () => {
    const { scope, flag } = await flagged();
    await retention(scope, 0);
    await run(scope);
    expect((await patch(flag.id, { action: 'resolve' }).expect(200)).body).toMatchObject({
      resolvedBy: 'operator',
    });
    await retention(scope, 1);
    expect(await run(scope)).toMatchObject({ created: 1 });
  });

  it('are snoozed until a time, too', async () => {
    const { flag } = await flagged();
    const until = hoursFromNow(3);
    const { body } = await patch(flag.id, { action: 'snooze', until }).expect(200);
    expect(body).toMatchObject({ status: 'snoozed', snoozedUntil: until });
  });

  it.each([
    ['no end', { action: 'snooze' }, ['preset']],
    ['two ends', { action: 'snooze', preset: '2d', until: '2999-01-01T00:00:00Z' }, ['preset']],
    ['an end in the past', { action: 'snooze', until: '2020-01-01T00:00:00Z' }, ['until']],
    ['another preset', { action: 'snooze', preset: '3d' }, ['preset']],
    ['an end for a resolve', { action: 'resolve', preset: '2d' }, ['preset']],
    ['another action', { action: 'close' }, ['action']],
  ])('refuse %s', async (_, body, fields) => {
    const { flag } = await flagged();
    expect((await patch(flag.id, body).expect(400)).body).toEqual(
      problems.validationFailed(...fields),
    );
  });

  it.each(['019b2f3c-0000-7000-8000-000000000000', 'nobody'])('are not found by %s', async (id) => {
    const { body } = await patch(id, { action: 'resolve' }).expect(404);
    expect((body as { code: string }).code).toBe('RISK_FLAG_NOT_FOUND');
  });

  it('are listed by filter and by cursor, the most severe first', async () => {
    const scope = freshScope();
    await retention(scope, 1);
    await pushItems(app.api, scope, [
      ...manyItems(scope, 3, { kind: 'notification_delivery', state: 'failed' }),
      ...manyItems(scope, 1, { kind: 'reminder', state: 'open', priority: 'high', dueInHours: -1 }),
    ]);
    await run(scope);
    const severities = (await flags(scope)).map(({ severity }) => severity);
    expect(severities).toEqual(['critical', 'high', 'medium']);
    expect(await flags(scope, { severity: 'high' })).toHaveLength(1);
    expect(await flags(scope, { ruleKey: 'retention_overdue' })).toHaveLength(1);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query = { ...scope, pageSize: 1, ...(cursor === null ? {} : { cursor }) };
      const { body } = await app.api.get('/api/risk', query).expect(200);
      const page = body as { items: RiskFlagBody[]; pagination: { nextCursor: string | null } };
      seen.push(...page.items.map(({ severity }) => severity));
      cursor = page.pagination.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(severities);
  });

  it('publish once that a flag became critical', async () => {
    const scope = freshScope();
    const failed = manyItems(scope, 3, { kind: 'notification_delivery', state: 'failed' });
    await pushItems(app.api, scope, failed);
    await run(scope);
    await run(scope);
    const events = await app.rows<{ level: string; meta: object }>(
      `SELECT level, meta FROM ops_events
       WHERE entity_id = $1 AND event_key = 'risk.created.critical'`,
      [scope.entityId],
    );
    expect(events).toEqual([
      {
        level: 'warn',
        meta: expect.objectContaining({
          ruleKey: 'critical_notifications_failed_delivery',
        }) as object,
      },
    ]);
  });
});
