import { randomUUID } from 'node:crypto';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { CREATE_EFFECTS, FIXTURE_ACTIONS } from './fixtures/delivery-actions.js';
import { addUser } from './support/users.js';

jest.setTimeout(60_000);

describe('taking a press back', () => {
  let app: TestApp;
  let other: TestApp;
  beforeAll(async () => {
    const providers = FIXTURE_ACTIONS;
    app = await createTestApp({ providers, env: { WORKER: 'false' } });
    other = await createTestApp({ providers, env: { WORKER: 'false' }, database: app.database });
    await app.rows(CREATE_EFFECTS);
  });
  afterAll(async () => {
    await other.close();
    await app.close();
  });

  const press = async (id: string, actionKey: string, extra: object = {}): Promise<string> =>
    (await app.api.press(id, actionKey, extra).expect(200)).body.executionId;
  const undo = (id: string, executionId: string, by: TestApp = app) => by.api.undo(id, executionId);
  const closedBy = async (id: string) =>
    (
      await app.rows<{ closer: string | null }>(
        'SELECT closed_by_execution_id AS closer FROM next_best_actions WHERE id = $1',
        [id],
      )
    )[0]!.closer;

  it.each(['mark_done', 'dismiss', 'snooze_1d'])(
    'of %s restores the next best action, on record',
    async (actionKey) => {
      const before = await createNextAction(app.api);
      const pressed = await press(before.id, actionKey);
      const [{ changes }] = await app.api.executionsOf(before.id);
      const { body, headers } = await undo(before.id, pressed).expect(200);
      expect(headers).not.toHaveProperty('idempotent-replayed');
      expect(body).toEqual({ ok: true, executionId: expect.any(String) });
      const changing = /^(lastExec|updatedAt)/;
      const steady = (row: object) => Object.entries(row).filter(([name]) => !changing.test(name));
      expect(steady(await app.api.nextAction(before.id))).toEqual(steady(before));
      expect(await closedBy(before.id)).toBeNull();

      const reverse = Object.fromEntries(
        Object.entries(changes as Record<string, { from: unknown; to: unknown }>).map(
          ([field, { from, to }]) => [field, { from: to, to: from }],
        ),
      );
      const me = (await app.api.get('/api/auth/me')).body;
      expect(await app.api.executionsOf(before.id)).toEqual([
        expect.objectContaining({
          id: body.executionId,
          actionKey,
          status: 'success',
          undoesId: pressed,
          undoneAt: null,
          changes: reverse,
          actorId: me.id,
        }),
        expect.objectContaining({ id: pressed, undoesId: null, undoneAt: expect.any(String) }),
      ]);
      const { body: events } = await app.api.get('/api/ops-events', {
        nextActionId: before.id,
        eventKey: 'nba.delivery.undone',
      });
      expect(events.items).toEqual([
        expect.objectContaining({
          level: 'info',
          actorId: me.id,
          meta: {
            executionId: body.executionId,
            undoesId: pressed,
            actionKey,
            result: {},
            changes: reverse,
          },
        }),
      ]);
    },
  );

  it('frees the button, and its key still answers', async () => {
    const { id } = await createNextAction(app.api);
    const key = randomUUID();
    const first = await app.api.press(id, 'mark_done').set('Idempotency-Key', key).expect(200);
    await undo(id, first.body.executionId).expect(200);
    const again = await app.api.press(id, 'mark_done').set('Idempotency-Key', key).expect(200);
    expect(again.body.executionId).toBe(first.body.executionId);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(await app.api.nextAction(id)).toMatchObject({ status: 'queued' });
    const second = await press(id, 'mark_done');
    expect(second).not.toBe(first.body.executionId);
    expect(await app.api.nextAction(id)).toMatchObject({ status: 'done' });
    expect(await press(id, 'mark_done')).toBe(second);
  });

  it('is one execution, however many ask for it at once', async () => {
    const { id } = await createNextAction(app.api);
    const pressed = await press(id, 'mark_done');
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => undo(id, pressed, index % 2 ? app : other)),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map(({ body }) => body.executionId)).size).toBe(1);
    const fresh = answers.filter(({ headers }) => headers['idempotent-replayed'] === undefined);
    expect(fresh).toHaveLength(1);
    expect(await app.api.executionsOf(id)).toHaveLength(2);
  });

  it('and a new press at once leave one of the two orders', async () => {
    for (let round = 0; round < 5; round++) {
      const { id } = await createNextAction(app.api);
      const snoozed = await press(id, 'snooze_1d');
      const [undone, done] = await Promise.all([
        undo(id, snoozed, other),
        app.api.press(id, 'mark_done'),
      ]);
      expect([undone.status, done.status]).toEqual([200, 200]);
      expect(await app.api.nextAction(id)).toMatchObject({ status: 'done', snoozedUntil: null });
    }
  });

  it('is refused after a later press, which is named', async () => {
    const { id } = await createNextAction(app.api);
    const first = await press(id, 'snooze_1d');
    await app.rows(
      `UPDATE next_action_executions SET started_at = started_at - interval '2 minutes' WHERE id = $1`,
      [first],
    );
    const second = await press(id, 'snooze_1d');
    const { body } = await undo(id, first).expect(409);
    expect(body).toMatchObject({
      code: 'EXECUTION_SUPERSEDED',
      superseded: [{ field: 'snoozedUntil', executionId: second, actionKey: 'snooze_1d' }],
    });
    await undo(id, second).expect(200);
    await undo(id, first).expect(200);
    expect(await app.api.nextAction(id)).toMatchObject({ snoozedUntil: null });
  });

  it('is refused after another change, which is named by its field', async () => {
    const { id } = await createNextAction(app.api);
    const pressed = await press(id, 'snooze_1d');
    await app.rows(`UPDATE next_best_actions SET snoozed_until = NULL WHERE id = $1`, [id]);
    const { body } = await undo(id, pressed).expect(409);
    expect(body.superseded).toEqual([
      { field: 'snoozedUntil', executionId: null, actionKey: null },
    ]);
    expect(await app.api.executionsOf(id)).toHaveLength(1);
  });

  it('is refused while another one is queued with its dedupe key', async () => {
    const dedupeKey = randomUUID();
    const { id } = await createNextAction(app.api, { dedupeKey });
    const pressed = await press(id, 'mark_done');
    const next = await createNextAction(app.api, { dedupeKey });
    expect(next.id).not.toBe(id);
    const { body } = await undo(id, pressed).expect(409);
    expect(body).toMatchObject({
      code: 'EXECUTION_SUPERSEDED',
      superseded: [{ field: 'dedupeKey' }],
    });
    expect(await app.api.nextAction(id)).toMatchObject({ status: 'done' });
    expect(await app.api.executionsOf(id)).toEqual([
      expect.objectContaining({ id: pressed, undoneAt: null }),
    ]);
  });

  it('and the queueing of its dedupe key at once leave one in the queue', async () => {
    for (let round = 0; round < 5; round++) {
      const dedupeKey = randomUUID();
      const { id } = await createNextAction(app.api, { dedupeKey });
      const pressed = await press(id, 'mark_done');
      const [undone, made] = await Promise.all([
        undo(id, pressed, other),
        app.api.post('/api/next-actions', { title: 'Again', dedupeKey }),
      ]);
      expect([undone.status, made.status]).toEqual(undone.status === 200 ? [200, 200] : [409, 201]);
      expect(
        await app.rows(
          `SELECT id FROM next_best_actions WHERE dedupe_key = $1 AND status = 'queued'`,
          [dedupeKey],
        ),
      ).toHaveLength(1);
    }
  });

  it('is refused 10 minutes after the press', async () => {
    const { id } = await createNextAction(app.api);
    const pressed = await press(id, 'mark_done');
    const age = (span: string) =>
      app.rows(
        `UPDATE next_action_executions SET started_at = started_at - $2::interval WHERE id = $1`,
        [pressed, span],
      );
    await age('10 minutes');
    const { body } = await undo(id, pressed).expect(409);
    expect(body).toMatchObject({ code: 'UNDO_EXPIRED' });
    await age('-1 minute');
    const { body: first } = await undo(id, pressed).expect(200);
    await age('1 hour');
    expect((await undo(id, pressed).expect(200)).body).toEqual(first);
  });

  it('is refused for an undo, a failed press, and an action that can not be taken back', async () => {
    const { id } = await createNextAction(app.api);
    const undone = (await undo(id, await press(id, 'snooze_1d')).expect(200)).body.executionId;
    const failed = (await app.api.press(id, 'fail_loudly').expect(500)).body.executionId;
    const effect = await press(id, 'leave_effect');
    for (const executionId of [undone, failed, effect]) {
      const { body } = await undo(id, executionId).expect(409);
      expect(body).toMatchObject({ code: 'NOT_UNDOABLE' });
    }
  });

  it('is a 404 for an execution of another next best action, and of none', async () => {
    const { id } = await createNextAction(app.api);
    const { id: another } = await createNextAction(app.api);
    const pressed = await press(id, 'mark_done');
    for (const [nextAction, execution] of [
      [another, pressed],
      [id, randomUUID()],
      [id, 'none'],
      ['none', pressed],
    ] as const) {
      const { body } = await undo(nextAction, execution).expect(404);
      expect(body).toMatchObject({ code: 'EXECUTION_NOT_FOUND' });
    }
  });

  it('is for whoever may press the button there, also a colleague', async () => {
    const acme = { entityType: 'account', entityId: 'acme' };
    const { id } = await createNextAction(app.api, acme);
    const pressed = await press(id, 'mark_done');
    const path = `/api/next-actions/${id}/executions/${pressed}/undo`;
    const viewer = await addUser(app, { role: 'viewer', scopes: ['account/acme'] });
    await viewer.api.post(path).expect(403);
    const stranger = await addUser(app, { role: 'operator', scopes: ['account/other'] });
    await stranger.api.post(path).expect(404);
    const colleague = await addUser(app, { role: 'operator', scopes: ['account/acme'] });
    await colleague.api.post(path).expect(200);
    const [{ actorId }] = await app.api.executionsOf(id);
    expect(actorId).toBe(colleague.user.id);
  });

  it('of "do not suggest again" lifts the suppression, and leaves an earlier one', async () => {
    const scope = { entityType: 'account', entityId: randomUUID() };
    const until = () =>
      app.rows<{ until: Date }>(
        `SELECT suppressed_until AS until FROM next_action_suppressions
         WHERE entity_id = $1 AND ended_at IS NULL`,
        [scope.entityId],
      );
    const [one, two] = [
      await createNextAction(app.api, { ...scope, createdByRule: 'my_rule' }),
      await createNextAction(app.api, { ...scope, createdByRule: 'my_rule' }),
    ];
    const first = await press(one.id, 'dont_suggest_again_30d');
    const after = await until();
    const second = await press(two.id, 'dont_suggest_again_30d');
    expect(await until()).not.toEqual(after);
    await undo(two.id, second).expect(200);
    expect(await until()).toEqual(after);
    await undo(one.id, first).expect(200);
    expect(await until()).toEqual([]);
    expect(await app.api.nextAction(one.id)).toMatchObject({ status: 'queued', dismissedAt: null });
  });

  describe('of retry_failed_deliveries', () => {
    const jobOf = async (id: string) =>
      (await app.api.get('/api/jobs', { nextActionId: id }).expect(200)).body.items[0];

    it('cancels the job that waits', async () => {
      const { id } = await createNextAction(app.api);
      const pressed = await press(id, 'retry_failed_deliveries');
      await undo(id, pressed).expect(200);
      const job = await jobOf(id);
      expect(job).toMatchObject({ state: 'cancelled' });
      const { body } = await app.api.get('/api/ops-events', { eventKey: 'job.cancelled' });
      expect(body.items.map((event: { sourceId: string }) => event.sourceId)).toContain(job.id);
    });

    it('leaves the job that another press waits for', async () => {
      const { id } = await createNextAction(app.api);
      const first = await press(id, 'retry_failed_deliveries');
      await app.rows(
        `UPDATE next_action_executions SET started_at = started_at - interval '2 minutes' WHERE id = $1`,
        [first],
      );
      const second = await press(id, 'retry_failed_deliveries');
      await undo(id, first).expect(200);
      expect(await jobOf(id)).toMatchObject({ state: 'waiting' });
      await undo(id, second).expect(200);
      expect(await jobOf(id)).toMatchObject({ state: 'cancelled' });
    });

    it('is refused once the job ran', async () => {
      const { id } = await createNextAction(app.api);
      const pressed = await press(id, 'retry_failed_deliveries');
      await app.rows(`UPDATE jobs SET attempts = 1, state = 'retrying' WHERE next_action_id = $1`, [
        id,
      ]);
      const { body } = await undo(id, pressed).expect(409);
      expect(body).toMatchObject({ code: 'NOT_UNDOABLE' });
      const [{ undoneAt }] = await app.api.executionsOf(id);
      expect(undoneAt).toBeNull();
    });
  });
});
