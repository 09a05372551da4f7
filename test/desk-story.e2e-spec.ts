import { createTestApp, type TestApp } from './support/app.js';
import {
  FIXED,
  freshScope,
  listIn,
  manyItems,
  type NextActionBody,
  pushItems,
  type RiskFlagBody,
  runIn,
  type TestItem,
} from './support/desk.js';

/** The items of a scope with many problems, as other systems push them. */
const scope = freshScope();
const trouble: TestItem[] = [
  ...manyItems(scope, 4, {
    kind: 'notification_delivery',
    state: 'failed',
    priority: 'high',
    occurredInHours: -0.001,
  }),
  ...manyItems(scope, 3, { kind: 'reminder', state: 'open', priority: 'critical', dueInHours: -3 }),
  ...manyItems(scope, 5, { kind: 'proposal', state: 'viewed', dueInHours: -48 }),
  ...manyItems(scope, 2, { kind: 'proposal', state: 'sent' }),
  ...manyItems(scope, 3, { kind: 'retention_contact', state: 'open', dueInHours: -30 }),
  ...manyItems(scope, 1, { kind: 'handoff', state: 'awaiting_client_confirmation' }),
  ...manyItems(scope, 6, { kind: 'intake_lead', state: 'new' }),
];

describe('a scope from critical to healthy', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app.close());

  const flags = (query = {}): Promise<RiskFlagBody[]> => listIn(app.api, '/api/risk', scope, query);
  const queue = (): Promise<NextActionBody[]> =>
    listIn(app.api, '/api/next-actions', scope, { status: 'queued', fields: 'full' });
  const eventKeys = async (): Promise<string[]> =>
    (
      await app.rows<{ key: string }>(
        'SELECT event_key AS key FROM ops_events WHERE entity_id = $1 ORDER BY id',
        [scope.entityId],
      )
    ).map(({ key }) => key);

  it('takes in the items', async () => {
    expect(await pushItems(app.api, scope, trouble)).toEqual({
      created: trouble.length,
      updated: 0,
      unchanged: 0,
    });
  });

  it('scores the desk as critical, with its reasons', async () => {
    const score = await runIn<{ score: number; band: string; reasons: { text: string }[] }>(
      app.api,
      '/api/scores/compute',
      scope,
    );
    expect(score).toMatchObject({ band: 'critical', delta: null, transitions: [] });
    expect(score.reasons.map(({ text }) => text)).toContain('8 follow-ups overdue');
  });

  it('raises a flag with evidence for every condition', async () => {
    expect(await runIn(app.api, '/api/risk/run-rules', scope)).toEqual({
      created: 5,
      updated: 0,
      resolved: 0,
    });
    const found = await flags();
    expect(found.map(({ ruleKey, severity }) => [ruleKey, severity]).sort()).toEqual([
      ['critical_notifications_failed_delivery', 'critical'],
      ['overdue_reminders_high_priority', 'high'],
      ['proposal_followups_overdue', 'high'],
      ['retention_overdue', 'high'],
      ['score_in_critical_band', 'critical'],
    ]);
    const failed = found.find((flag) => flag.ruleKey.startsWith('critical_notifications'));
    expect(failed?.evidence).toMatchObject({
      count: 4,
      threshold: 3,
      externalIds: manyItems(scope, 4, { kind: '', state: 'failed' }).map(
        (item) => item.externalId,
      ),
    });
    expect((await eventKeys()).filter((key) => key === 'risk.created.critical')).toHaveLength(2);
  });

  it('recommends, ranked and explained', async () => {
    expect(await runIn(app.api, '/api/next-actions/run', scope)).toMatchObject({
      created: 7,
      updated: 0,
      expired: 0,
      runKey: expect.stringMatching(/^nba:[0-9a-f-]{36}:account:.*:\d{4}-\d{2}-\d{2}$/) as string,
    });
    const actions = await queue();
    const scores = actions.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(actions[0]).toMatchObject({
      createdByRule: 'score_in_critical_band',
      priority: 'critical',
    });
    for (const { explanation, score, createdByRule } of actions) {
      expect(explanation).toMatchObject({ ruleKey: createdByRule, factors: { score } });
      expect(explanation.recommendedSteps.length).toBeGreaterThan(0);
    }
  });

  it('links each recommendation to exactly the items that it counted', async () => {
    for (const { explanation } of await queue()) {
      const [link] = explanation.links;
      const { body } = (await app.api.get(link?.href ?? '').expect(200)) as {
        body: { pagination?: { total: number } };
      };
      const counted = explanation.evidence.find(({ key }) => key === 'count')?.value;
      if (counted !== undefined) expect(body.pagination?.total).toBe(counted);
    }
  });

  it('summarizes a scope', async () => {
    const { body } = await app.api.get('/api/next-actions/summary', { ...scope }).expect(200);
    expect(body).toMatchObject({
      ...scope,
      queuedByPriority: { critical: 1, high: 2, medium: 3, low: 1 },
      lastRunAt: expect.any(String) as string,
    });
    expect((body as { top5: NextActionBody[] }).top5.map(({ id }) => id)).toEqual(
      (await queue()).slice(0, 5).map(({ id }) => id),
    );
    const { body: risk } = await app.api.get('/api/risk/summary', { ...scope }).expect(200);
    expect(risk).toMatchObject({
      byStatus: { open: 5, snoozed: 0, resolved: 0, dismissed: 0 },
      openBySeverity: { critical: 2, high: 3, medium: 0, low: 0 },
    });
  });

  it('does the work of every button', async () => {
    const [first] = await queue();
    const id = first?.id ?? '';
    for (const key of ['recompute_score', 'run_risk_rules', 'run_next_actions']) {
      await app.api.press(id, key).expect(200);
    }
    const { body } = await app.api.get(`/api/next-actions/${id}/executions`).expect(200);
    const metas = (body as { items: { actionKey: string; meta: object }[] }).items;
    expect(Object.fromEntries(metas.map(({ actionKey, meta }) => [actionKey, meta]))).toEqual({
      recompute_score: {
        snapshotId: expect.any(String) as string,
        score: expect.any(Number) as number,
        band: 'critical',
      },
      run_risk_rules: { created: 0, updated: 1, resolved: 0 },
      run_next_actions: {
        created: 0,
        updated: expect.any(Number) as number,
        expired: 0,
        suppressed: 0,
        runKey: expect.any(String) as string,
      },
    });
  });

  it('recommends nothing during a cool-down or a suppression', async () => {
    const byRule = new Map((await queue()).map((action) => [action.createdByRule, action.id]));
    await app.api.press(byRule.get('handoff_no_client_confirm') ?? '', 'mark_done').expect(200);
    await app.api.press(byRule.get('intake_leads_unscored') ?? '', 'dismiss').expect(200);
    await app.api
      .press(byRule.get('proposals_sent_no_followup_date') ?? '', 'dont_suggest_again_30d')
      .expect(200);
    expect(await runIn(app.api, '/api/next-actions/run', scope)).toMatchObject({ created: 0 });

    const age = (column: string, interval: string): Promise<unknown> =>
      app.rows(
        `UPDATE next_best_actions SET ${column} = ${column} - $2::interval WHERE entity_id = $1`,
        [scope.entityId, interval],
      );
    await age('completed_at', '24 hours');
    expect(await runIn(app.api, '/api/next-actions/run', scope)).toMatchObject({ created: 1 });
    await age('dismissed_at', '6 days 23 hours');
    expect(await runIn(app.api, '/api/next-actions/run', scope)).toMatchObject({ created: 0 });
    await age('dismissed_at', '1 hour');
    expect(await runIn(app.api, '/api/next-actions/run', scope)).toMatchObject({ created: 1 });
    await app.rows(
      `UPDATE next_action_suppressions SET suppressed_until = suppressed_until - interval '30 days'
       WHERE entity_id = $1`,
      [scope.entityId],
    );
    expect(await runIn(app.api, '/api/next-actions/run', scope)).toMatchObject({ created: 1 });
  });

  it('becomes healthy when the items are fixed', async () => {
    const pressed = (await queue())[0]?.id ?? '';
    const fixed = trouble.map(({ kind, externalId }) => ({
      kind,
      externalId,
      state: FIXED[kind] ?? '',
    }));
    expect(await pushItems(app.api, scope, fixed)).toEqual({
      created: 0,
      updated: trouble.length,
      unchanged: 0,
    });
    const score = await runIn(app.api, '/api/scores/compute', scope);
    expect(score).toMatchObject({ score: 100, band: 'healthy', transitions: ['recovery'] });
    expect(await eventKeys()).toContain('score.recovery');

    expect(await runIn(app.api, '/api/risk/run-rules', scope)).toEqual({
      created: 0,
      updated: 0,
      resolved: 5,
    });
    expect(await flags({ status: 'open' })).toEqual([]);
    for (const flag of await flags()) expect(flag.resolvedBy).toBe('rule');

    // Not the action under the press: its press must be able to end.
    const before = (await queue()).length;
    await app.rows(
      `UPDATE next_action_executions SET started_at = started_at - interval '2 minutes'`,
    );
    await app.api.press(pressed, 'run_next_actions').expect(200);
    expect((await queue()).map(({ id }) => id)).toEqual([pressed]);
    expect(await runIn(app.api, '/api/next-actions/run', scope)).toMatchObject({ expired: 1 });
    expect(before).toBeGreaterThan(1);
    expect(await queue()).toEqual([]);
  });

  it('reopens what the rule had resolved, as a new occurrence', async () => {
    await pushItems(app.api, scope, trouble);
    expect(await runIn(app.api, '/api/risk/run-rules', scope)).toMatchObject({ created: 4 });
    expect(await runIn(app.api, '/api/next-actions/run', scope)).toMatchObject({ created: 6 });
    const drop = await runIn(app.api, '/api/scores/compute', scope);
    expect(drop).toMatchObject({ transitions: ['threshold_breach', 'sharp_drop'] });
  });

  it('publishes the same transition once an hour', async () => {
    const fixed = trouble.map(({ kind, externalId }) => ({
      kind,
      externalId,
      state: FIXED[kind] ?? '',
    }));
    await pushItems(app.api, scope, fixed);
    expect(await runIn(app.api, '/api/scores/compute', scope)).toMatchObject({
      band: 'healthy',
      transitions: [],
    });
    await app.rows(`UPDATE score_events SET occurred_at = occurred_at - interval '1 hour'`);
    await pushItems(app.api, scope, trouble);
    expect(await runIn(app.api, '/api/scores/compute', scope)).toMatchObject({
      transitions: ['threshold_breach', 'sharp_drop'],
    });
  });
});
