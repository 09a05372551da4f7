import {
  FIXED,
  manyItems,
  type NextActionBody,
  type RiskFlagBody,
  type TestItem,
} from './support/desk.js';
import { problems } from './support/problems.js';
import { QaDesk } from './support/qa-desk.js';
import { describeOnServer } from './support/qa-server.js';

describeOnServer('from risk to next best action and back', {}, (server) => {
  const desk = new QaDesk(server);
  afterAll(() => desk.cleanUp());

  const trouble: TestItem[] = [
    ...manyItems(desk.scope, 3, { kind: 'notification_delivery', state: 'failed' }),
    ...manyItems(desk.scope, 7, {
      kind: 'reminder',
      state: 'open',
      priority: 'critical',
      dueInHours: -5,
    }),
    ...manyItems(desk.scope, 5, { kind: 'proposal', state: 'viewed', dueInHours: -72 }),
    ...manyItems(desk.scope, 3, { kind: 'retention_contact', state: 'open', dueInHours: -30 }),
    ...manyItems(desk.scope, 9, { kind: 'intake_lead', state: 'new' }),
  ];
  const flags = (status: string) => desk.list<RiskFlagBody>('/api/risk', { status });
  const queue = () =>
    desk.list<NextActionBody>('/api/next-actions', { status: 'queued', fields: 'full' });
  const byRule = async (rule: string): Promise<NextActionBody> => {
    const found = (await queue()).find(({ createdByRule }) => createdByRule === rule);
    if (!found) throw new Error(`Nothing is queued by ${rule}.`);
    return found;
  };

  it('turns trouble into flags with their evidence', async () => {
    await desk.push(trouble);
    await server.api.post('/api/scores/compute', desk.scope).expect(200);
    expect(await desk.run('/api/risk/run-rules')).toEqual({ created: 5, updated: 0, resolved: 0 });
    const open = await flags('open');
    expect(open.map(({ ruleKey, severity }) => [ruleKey, severity]).sort()).toEqual([
      ['critical_notifications_failed_delivery', 'critical'],
      ['overdue_reminders_high_priority', 'high'],
      ['proposal_followups_overdue', 'high'],
      ['retention_overdue', 'high'],
      ['score_in_critical_band', 'critical'],
    ]);
    const failed = open.find(({ ruleKey }) => ruleKey.startsWith('critical_notifications'));
    expect(failed?.evidence).toMatchObject({ count: 3 });
  });

  it('recommends what to do, ranked and explained', async () => {
    expect(await desk.run('/api/next-actions/run')).toMatchObject({ created: 5, expired: 0 });
    const actions = await queue();
    expect(actions[0]).toMatchObject({
      createdByRule: 'score_in_critical_band',
      priority: 'critical',
    });
    const scores = actions.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    for (const { explanation, createdByRule } of actions) {
      expect(explanation.ruleKey).toBe(createdByRule);
      expect(explanation.recommendedSteps.length).toBeGreaterThan(0);
    }
  });

  it('changes nothing when the rules run again', async () => {
    expect(await desk.run('/api/next-actions/run')).toMatchObject({
      created: 0,
      updated: 0,
      expired: 0,
    });
  });

  it('runs each delivery action once, with a record', async () => {
    const { id } = await byRule('score_in_critical_band');
    for (const key of ['recompute_score', 'run_risk_rules', 'run_next_actions']) {
      const { executionId } = await desk.press(id, key);
      const again = await desk.press(id, key);
      expect(again.executionId).toBe(executionId);
    }
    await desk.settled();
    const { body } = await server.api.get(`/api/next-actions/${id}/executions`).expect(200);
    const runs = body.items as { actionKey: string; status: string; meta: object }[];
    expect(runs.map(({ actionKey, status }) => [actionKey, status]).sort()).toEqual([
      ['recompute_score', 'success'],
      ['run_next_actions', 'success'],
      ['run_risk_rules', 'success'],
    ]);
    const { body: feed } = await server.api
      .get('/api/ops-events', { nextActionId: id, eventKey: 'nba.delivery.executed' })
      .expect(200);
    expect(feed.items).toHaveLength(3);
  });

  it('hides what is snoozed, enqueues the retry and closes what is done', async () => {
    const { id: snoozed } = await byRule('overdue_reminders_high_priority');
    await desk.press(snoozed, 'snooze_1d');
    expect((await queue()).map(({ id }) => id)).not.toContain(snoozed);

    const { id: retried } = await byRule('failed_notification_deliveries');
    const { executionId } = await desk.press(retried, 'retry_failed_deliveries');
    const { body } = await server.api.get(`/api/next-actions/${retried}/executions`).expect(200);
    expect(body.items).toMatchObject([{ id: executionId, meta: { stubbed: true } }]);
    const { jobId } = body.items[0].meta as { jobId: string };
    const { body: job } = await server.api.get(`/api/jobs/${jobId}`).expect(200);
    expect(job).toMatchObject({ type: 'retry_failed_deliveries' });

    await desk.press(retried, 'mark_done');
    const done = await server.api.get(`/api/next-actions/${retried}`).expect(200);
    expect(done.body).toMatchObject({ status: 'done', lastExecutionStatus: 'success' });
    const late = await server.limited(() => server.api.press(retried, 'snooze_1d'));
    expect(late.body).toEqual(problems.nextActionNotOpen);
  });

  it('leaves what an API client made to the client', async () => {
    const id = await desk.createNextAction('Call Acme back');
    await desk.run('/api/next-actions/run');
    const { body } = await server.api.get(`/api/next-actions/${id}`).expect(200);
    expect(body).toMatchObject({ status: 'queued', title: 'Call Acme back' });
    await desk.press(id, 'dismiss');
  });

  it('becomes healthy when the items are fixed: score, flags and recommendations', async () => {
    await desk.push(trouble.map((item) => ({ ...item, state: FIXED[item.kind]! })));
    const { body: score } = await server.api.post('/api/scores/compute', desk.scope).expect(200);
    expect(score).toMatchObject({ band: 'healthy', transitions: ['recovery'] });
    expect(await desk.run('/api/risk/run-rules')).toMatchObject({ created: 0, resolved: 5 });
    expect((await flags('resolved')).map(({ resolvedBy }) => resolvedBy)).toEqual(
      Array(5).fill('rule'),
    );
    await desk.run('/api/next-actions/run');
    expect(await queue()).toEqual([]);
    const expired = await desk.list<NextActionBody>('/api/next-actions', { status: 'expired' });
    expect(expired.map(({ createdByRule }) => createdByRule).sort()).toEqual([
      'intake_leads_unscored',
      'overdue_reminders_high_priority',
      'retention_overdue',
      'score_in_critical_band',
    ]);
  });
});
