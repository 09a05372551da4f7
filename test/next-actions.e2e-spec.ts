import fc from 'fast-check';
import { NEXT_ACTION_RULE_KEYS } from '../src/next-actions/model/rule-keys.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { freshScope, manyItems, pushItems } from './support/desk.js';
import { problems } from './support/problems.js';

describe('next best actions', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app.close());

  it('are created with every default, in the command center', async () => {
    const { body } = await app.api.post('/api/next-actions', { title: 'Call back' }).expect(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/),
      title: 'Call back',
      reason: null,
      priority: 'medium',
      score: 50,
      status: 'queued',
      sourceType: null,
      sourceId: null,
      actionUrl: null,
      payload: {},
      explanation: null,
      createdByRule: null,
      templateKey: null,
      dedupeKey: null,
      entityType: 'command_center',
      entityId: 'command_center',
      assigneeId: null,
      snoozedUntil: null,
      snoozeUntilWorse: false,
      snoozedPriority: null,
      snoozedScore: null,
      priorityHeld: false,
      note: null,
      lastExecutedAt: null,
      lastExecutionStatus: null,
      lastExecutionErrorCode: null,
      lastExecutionErrorMessage: null,
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: expect.stringMatching(/Z$/),
      completedAt: null,
      dismissedAt: null,
      actions: expect.arrayContaining([expect.objectContaining({ actionKey: 'mark_done' })]),
    });
    expect((await app.api.get(`/api/next-actions/${body.id}`).expect(200)).body).toEqual(body);
  });

  it('keep every field that a client gives', async () => {
    const values = {
      title: 'Ünïcode ✓',
      reason: 'because',
      priority: 'critical',
      score: 100,
      sourceType: 'proposal',
      sourceId: '42',
      actionUrl: 'https://example.com/x?y=1',
      payload: { a: [1, { b: null }] },
      explanation: { summary: 's' },
      createdByRule: 'my_rule',
      templateKey: 't',
      dedupeKey: 'k-all',
      entityType: 'account',
      entityId: 'acme',
      snoozedUntil: '2030-01-01T00:00:00.000Z',
    };
    const { body } = await app.api.post('/api/next-actions', values).expect(201);
    expect(body).toMatchObject(values);
  });

  it.each<[string, object]>([
    ...NEXT_ACTION_RULE_KEYS.map(
      (createdByRule) => ['createdByRule', { createdByRule }] as [string, object],
    ),
    ['dedupeKey', { dedupeKey: 'nba:' }],
    ['dedupeKey', { dedupeKey: 'nba:retention_overdue:command_center:command_center' }],
    ['dedupeKey', { dedupeKey: 'nba:my_own' }],
  ])('refuse a %s that belongs to the built-in rules: %j', async (field, values) => {
    const { body } = await app.api.post('/api/next-actions', { title: 'x', ...values }).expect(400);
    expect(body).toEqual(problems.validationFailed(field));
  });

  it('keep the rules from being captured: a run queues its own, whatever clients sent', async () => {
    const scope = freshScope();
    const item = { kind: 'retention_contact', state: 'open', dueInHours: -5 };
    await pushItems(app.api, scope, manyItems(scope, 1, item));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('nba:', 'NBA:', ' nba:', 'nba', 'risk:', ''),
        fc.constantFrom(...NEXT_ACTION_RULE_KEYS, 'mine'),
        async (prefix, rule) => {
          const dedupeKey = `${prefix}${rule}:${scope.entityType}:${scope.entityId}`;
          const body = { title: 'x', ...scope, dedupeKey };
          const { status } = await app.api.post('/api/next-actions', body);
          expect(status === 400).toBe(prefix === 'nba:');
        },
      ),
      { numRuns: 40 },
    );
    const { body } = await app.api.post('/api/next-actions/run', scope).expect(200);
    expect(body).toMatchObject({ created: 1 });
  });

  it('are updated by their dedupe key while queued, and created again afterwards', async () => {
    const first = await app.api
      .post('/api/next-actions', { title: 'One', dedupeKey: 'k1' })
      .expect(201);
    const second = await app.api
      .post('/api/next-actions', { title: 'Two', score: 70, dedupeKey: 'k1' })
      .expect(200);
    expect(second.body).toMatchObject({ id: first.body.id, title: 'Two', score: 70 });
    await app.api.press(first.body.id, 'mark_done').expect(200);
    const third = await app.api
      .post('/api/next-actions', { title: 'Three', dedupeKey: 'k1' })
      .expect(201);
    expect(third.body.id).not.toBe(first.body.id);
  });

  it('keep the operator’s snooze over an update that sets none', async () => {
    const { body } = await app.api
      .post('/api/next-actions', { title: 'One', dedupeKey: 'k2' })
      .expect(201);
    await app.api.press(body.id, 'snooze_1d').expect(200);
    const updated = await app.api
      .post('/api/next-actions', { title: 'Two', dedupeKey: 'k2' })
      .expect(200);
    expect(updated.body.snoozedUntil).not.toBeNull();
  });

  it('with one dedupe key at once are one NBA', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        app.api.post('/api/next-actions', { title: `Race ${i}`, dedupeKey: 'race' }),
      ),
    );
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1);
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(29);
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
  });

  it('with one dedupe key in two scopes are two NBAs', async () => {
    const one = await app.api
      .post('/api/next-actions', {
        title: 'A',
        dedupeKey: 'scoped',
        entityType: 'account',
        entityId: 'a',
      })
      .expect(201);
    const two = await app.api
      .post('/api/next-actions', {
        title: 'B',
        dedupeKey: 'scoped',
        entityType: 'account',
        entityId: 'b',
      })
      .expect(201);
    expect(one.body.id).not.toBe(two.body.id);
  });

  it('publish an event with who created them', async () => {
    const { body } = await app.api
      .post('/api/next-actions', { title: 'Told' })
      .set('X-Request-Id', 'create-1')
      .expect(201);
    const events = await app.api.get('/api/ops-events', { nextActionId: body.id }).expect(200);
    expect(events.body.items).toEqual([
      expect.objectContaining({
        eventKey: 'nba.upsert',
        requestId: 'create-1',
        meta: expect.objectContaining({ created: true }),
      }),
    ]);
  });

  it('are closed by hand, again as a success, crossing over as a conflict', async () => {
    const { id } = await createNextAction(app.api);
    for (let i = 0; i < 2; i++) {
      const { body } = await app.api
        .patch(`/api/next-actions/${id}`, { action: 'done' })
        .expect(200);
      expect(body.status).toBe('done');
    }
    expect(
      (await app.api.patch(`/api/next-actions/${id}`, { action: 'dismiss' }).expect(409)).body,
    ).toEqual(problems.nextActionNotOpen);
    const other = await createNextAction(app.api);
    expect(
      (await app.api.patch(`/api/next-actions/${other.id}`, { action: 'dismiss' }).expect(200)).body
        .status,
    ).toBe('dismissed');
  });

  it.each(['nope', '00000000-0000-7000-8000-000000000000'])(
    'are not found under %s',
    async (id) => {
      expect((await app.api.get(`/api/next-actions/${id}`).expect(404)).body).toEqual(
        problems.nextActionNotFound,
      );
      expect(
        (await app.api.patch(`/api/next-actions/${id}`, { action: 'done' }).expect(404)).body,
      ).toEqual(problems.nextActionNotFound);
    },
  );

  it.each([
    [{ action: 'undo' }, 'action'],
    [{}, 'action'],
    [{ action: 'done', why: 'x' }, 'why'],
  ])('refuse the change %j', async (change, field) => {
    const { id } = await createNextAction(app.api);
    expect(
      (await app.api.patch(`/api/next-actions/${id}`, change).expect(400)).body.errors[0].field,
    ).toBe(field);
  });

  it.each([
    ['title', {}],
    ['title', { title: '' }],
    ['title', { title: 'x'.repeat(201) }],
    ['title', { title: 7 }],
    ['title', { title: 'a\u0000b' }],
    ['title', { title: 'half \ud800 pair' }],
    ['priority', { title: 'x', priority: 'urgent' }],
    ['score', { title: 'x', score: 101 }],
    ['score', { title: 'x', score: -1 }],
    ['score', { title: 'x', score: 1.5 }],
    ['score', { title: 'x', score: '50' }],
    ['sourceType', { title: 'x', sourceType: 'Not Snake' }],
    ['actionUrl', { title: 'x', actionUrl: 'javascript:alert(1)' }],
    ['actionUrl', { title: 'x', actionUrl: '//evil.example.com' }],
    ['payload', { title: 'x', payload: [] }],
    ['payload', { title: 'x', payload: 'x' }],
    ['payload.deep.a', { title: 'x', payload: { deep: { a: '\u0000' } } }],
    ['entityType', { title: 'x', entityType: 'Account' }],
    ['entityId', { title: 'x', entityType: 'account', entityId: 'x'.repeat(129) }],
    ['entityId', { title: 'x', entityType: 'account', entityId: 'a\nb' }],
    ['snoozedUntil', { title: 'x', snoozedUntil: 'tomorrow' }],
    ['snoozedUntil', { title: 'x', snoozedUntil: '2026-02-30T00:00:00Z' }],
    ['snoozedUntil', { title: 'x', snoozedUntil: '2026-02-03T00:00:00' }],
    ['id', { title: 'x', id: '00000000-0000-7000-8000-000000000000' }],
    ['status', { title: 'x', status: 'done' }],
  ])('refuse a bad %s', async (field, values) => {
    const { body } = await app.api.post('/api/next-actions', values).expect(400);
    expect(body.code).toBe('VALIDATION_FAILED');
    expect(body.errors.map((error: { field: string }) => error.field)).toContain(field);
  });
});
