import { addUser } from './support/users.js';
import { FIXTURE_ACTIONS } from './fixtures/delivery-actions.js';
import { Retention } from '../src/database/retention/retention.js';
import { fingerprint } from '../src/next-actions/delivery/request-fingerprint.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { problems } from './support/problems.js';

describe('a press that an earlier one answers under a new Idempotency-Key', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app.close());

  const press = (id: string, key: string) =>
    app.api.press(id, 'snooze_1d').set('Idempotency-Key', key);
  const endWindowOf = (id: string) =>
    app.rows(
      `UPDATE next_action_executions SET started_at = started_at - interval '61 s' WHERE next_action_id = $1`,
      [id],
    );
  const pressed = async () => {
    const { id } = await createNextAction(app.api);
    const { body } = await app.api.press(id, 'snooze_1d').expect(200);
    return { id, executionId: body.executionId as string };
  };

  it('keeps its answer when it is retried after the dedupe window', async () => {
    const { id, executionId } = await pressed();
    const first = await press(id, `late-${id}`).expect(200);
    expect(first.body.executionId).toBe(executionId);
    await endWindowOf(id);
    for (let retry = 0; retry < 2; retry++) {
      const again = await press(id, `late-${id}`).expect(200);
      expect(again.body).toEqual(first.body);
      expect(again.headers['idempotent-replayed']).toBe('true');
    }
    const { body } = await app.api.get(`/api/next-actions/${id}/executions`).expect(200);
    expect(body.items).toHaveLength(1);
  });

  it('keeps its answer for the same NBA in capitals', async () => {
    const { id, executionId } = await pressed();
    await press(id, `case-${id}`).expect(200);
    const { body } = await press(id.toUpperCase(), `case-${id}`).expect(200);
    expect(body.executionId).toBe(executionId);
  });

  it('has used its key up for any other request', async () => {
    const { id } = await pressed();
    const other = await createNextAction(app.api);
    await press(id, `used-${id}`).expect(200);
    const { body } = await press(other.id, `used-${id}`).expect(422);
    expect(body).toEqual(problems.idempotencyKeyReused);
  });

  it('loses the key to one of two such presses on two NBAs at once', async () => {
    const pair = await Promise.all([pressed(), pressed()]);
    const answers = await Promise.all(pair.map(({ id }) => press(id, `race-${pair[0].id}`)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 422]);
  });

  it('is answered alike at once, forty times with one key', async () => {
    const { id, executionId } = await pressed();
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => press(id, `forty-${id}`).expect(200)),
    );
    expect(new Set(answers.map((answer) => answer.body.executionId))).toEqual(
      new Set([executionId]),
    );
  });

  it('runs under a key of its own after the window', async () => {
    const { id, executionId } = await pressed();
    await press(id, `old-${id}`).expect(200);
    await endWindowOf(id);
    const { body } = await press(id, `new-${id}`).expect(200);
    expect(body.executionId).not.toBe(executionId);
  });
});

describe('a press that comes again', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({ providers: FIXTURE_ACTIONS });
  });
  afterAll(() => app.close());

  const keysOf = (key: string) =>
    app.rows<{ status: string; execution_id: string }>(
      'SELECT status, execution_id FROM idempotency_keys WHERE key = $1',
      [key],
    );
  const age = (key: string, by: string) =>
    app.rows('UPDATE idempotency_keys SET created_at = now() - $2::interval WHERE key = $1', [
      key,
      by,
    ]);

  it('is answered by the first execution and marked as a replay', async () => {
    const { id } = await createNextAction(app.api);
    const first = await app.api.press(id, 'snooze_1d').expect(200);
    const second = await app.api.press(id, 'snooze_1d').expect(200);
    expect(second.body).toEqual(first.body);
    expect(second.headers['idempotent-replayed']).toBe('true');
    expect(await app.api.executionsOf(id)).toHaveLength(1);
  });

  it('runs again when the dedupe window of 60 s is over', async () => {
    const { id } = await createNextAction(app.api);
    const first = await app.api.press(id, 'snooze_1d').expect(200);
    await app.rows(
      `UPDATE next_action_executions SET started_at = started_at - interval '61 s' WHERE next_action_id = $1`,
      [id],
    );
    const second = await app.api.press(id, 'snooze_1d').expect(200);
    expect(second.body.executionId).not.toBe(first.body.executionId);
  });

  it.each(['mark_done', 'dismiss'])(
    'is always answered by the first success of %s',
    async (actionKey) => {
      const { id } = await createNextAction(app.api);
      const first = await app.api.press(id, actionKey).expect(200);
      await app.rows(
        `UPDATE next_action_executions SET started_at = started_at - interval '1 year' WHERE next_action_id = $1`,
        [id],
      );
      const second = await app.api.press(id, actionKey).expect(200);
      expect(second.body).toEqual(first.body);
    },
  );

  it.each([
    { patch: 'done', actionKey: 'mark_done' },
    { patch: 'dismiss', actionKey: 'dismiss' },
  ])('is answered by the execution of a hand close ($patch)', async ({ patch, actionKey }) => {
    const { id } = await createNextAction(app.api);
    await app.api.patch(`/api/next-actions/${id}`, { action: patch }).expect(200);
    const [closed] = await app.api.executionsOf(id);
    expect(closed).toMatchObject({ actionKey, status: 'success', actorName: 'operator' });
    const press = await app.api.press(id, actionKey).expect(200);
    expect(press.body.executionId).toBe(closed.id);
    expect(press.headers['idempotent-replayed']).toBe('true');
    await app.api.patch(`/api/next-actions/${id}`, { action: patch }).expect(200);
    expect(await app.api.executionsOf(id)).toHaveLength(1);
  });

  it('is answered by whichever action dismissed it', async () => {
    const { id } = await createNextAction(app.api);
    const { body } = await app.api.press(id, 'dont_suggest_again_30d').expect(200);
    const press = await app.api.press(id, 'dismiss').expect(200);
    expect(press.body.executionId).toBe(body.executionId);
  });

  it('succeeds without a change on what was closed before its execution was kept', async () => {
    const { id } = await createNextAction(app.api);
    const closed = `UPDATE next_best_actions SET status = 'done', completed_at = now() WHERE id = $1 RETURNING completed_at`;
    const [before] = await app.rows<{ completed_at: Date }>(closed, [id]);
    await app.api.press(id, 'mark_done').expect(200);
    expect(await app.api.executionsOf(id)).toEqual([expect.objectContaining({ changes: {} })]);
    const { body } = await app.api.get(`/api/next-actions/${id}`).expect(200);
    expect(body.completedAt).toBe(before?.completed_at.toISOString());
    // From then on, this execution answers.
    await app.rows(
      `UPDATE next_action_executions SET started_at = started_at - interval '1 hour' WHERE next_action_id = $1`,
      [id],
    );
    await app.api.press(id, 'mark_done').expect(200);
    expect(await app.api.executionsOf(id)).toHaveLength(1);
  });

  it('is the same with an empty input as without one', async () => {
    const { id } = await createNextAction(app.api);
    const first = await app.api.press(id, 'remember_all', { input: {} }).expect(200);
    const second = await app.api.press(id, 'remember_all').expect(200);
    expect(second.body).toEqual(first.body);
  });

  it('runs again with another input, inside the window, and is answered for each', async () => {
    const { id } = await createNextAction(app.api);
    const press = async (days: number) =>
      (await app.api.press(id, 'remember_days', { input: { days } }).expect(200)).body.executionId;
    const [one, thirty] = [await press(1), await press(30)];
    expect(one).not.toBe(thirty);
    expect([await press(30), await press(1)]).toEqual([thirty, one]);
    expect((await app.api.executionsOf(id)).map(({ input }: { input: object }) => input)).toEqual([
      { days: 30 },
      { days: 1 },
    ]);
  });

  describe('with an Idempotency-Key', () => {
    it('answers a retry with the first success, past any window', async () => {
      const { id } = await createNextAction(app.api);
      const press = () => app.api.press(id, 'leave_another').set('Idempotency-Key', `k-${id}`);
      await app.rows(
        'CREATE TABLE IF NOT EXISTS effects (execution_id uuid, next_action_id uuid, note text)',
      );
      const first = await press().expect(200);
      const second = await press().expect(200);
      expect(second.body).toEqual(first.body);
      expect(second.headers['idempotent-replayed']).toBe('true');
    });

    it('refuses another request under the same key', async () => {
      const one = await createNextAction(app.api);
      const two = await createNextAction(app.api);
      const key = `reused-${one.id}`;
      await app.api.press(one.id, 'snooze_1d').set('Idempotency-Key', key).expect(200);
      const response = await app.api
        .press(two.id, 'snooze_1d')
        .set('Idempotency-Key', key)
        .expect(422);
      expect(response.body).toEqual(problems.idempotencyKeyReused);
      expect(await app.api.executionsOf(two.id)).toEqual([]);
    });

    it('distinguishes inputs, whatever the order of their keys', async () => {
      const { id } = await createNextAction(app.api);
      const press = (input: object) =>
        app.api.press(id, 'wait_days', { input }).set('Idempotency-Key', `days-${id}`);
      await press({ days: 2 }).expect(200);
      await press({ days: 3 }).expect(422);
    });

    it('lets one of two requests on two NBAs at once have it', async () => {
      const pair = await Promise.all([createNextAction(app.api), createNextAction(app.api)]);
      const answers = await Promise.all(
        pair.map(({ id }) =>
          app.api.press(id, 'snooze_1d').set('Idempotency-Key', `race-${pair[0].id}`),
        ),
      );
      expect(answers.map((answer) => answer.status).sort()).toEqual([200, 422]);
    });

    it('may be used again after a failure, which left no effect', async () => {
      const { id } = await createNextAction(app.api);
      const press = () => app.api.press(id, 'refuse').set('Idempotency-Key', `failed-${id}`);
      const first = await press().expect(409);
      const second = await press().expect(409);
      expect(second.body.executionId).not.toBe(first.body.executionId);
    });

    it('is a different key for another user', async () => {
      const { id } = await createNextAction(app.api);
      const other = await createNextAction(app.api);
      const { api: client } = await addUser(app);
      await app.api.press(id, 'snooze_1d').set('Idempotency-Key', `mine-${id}`).expect(200);
      await client.press(other.id, 'snooze_1d').set('Idempotency-Key', `mine-${id}`).expect(200);
    });

    it('keeps the key of a failed press for its request, until a success replaces it', async () => {
      const { id } = await createNextAction(app.api);
      const key = `failing-${id}`;
      await app.api.press(id, 'refuse').set('Idempotency-Key', key).expect(409);
      await app.api.press(id, 'snooze_1d').set('Idempotency-Key', key).expect(422);
      const [used] = await keysOf(key);
      expect(used).toMatchObject({ status: 'failed' });
      // As if the same request had succeeded at last.
      await app.rows(`UPDATE idempotency_keys SET status = 'success' WHERE key = $1`, [key]);
      const { body } = await app.api.press(id, 'refuse').set('Idempotency-Key', key).expect(200);
      expect(body.executionId).toBe(used?.execution_id);
    });

    it('is taken over by the success that follows a failure', async () => {
      const { id } = await createNextAction(app.api);
      const key = `late-${id}`;
      await app.rows(
        `INSERT INTO idempotency_keys (actor_id, key, request_hash, execution_id, status)
         SELECT $1, $2, $3, gen_random_uuid(), 'failed'`,
        [
          (await app.api.get('/api/auth/me')).body.id,
          key,
          fingerprint({ nextActionId: id, actionKey: 'snooze_1d' }),
        ],
      );
      const { body } = await app.api.press(id, 'snooze_1d').set('Idempotency-Key', key).expect(200);
      expect(await keysOf(key)).toEqual([{ status: 'success', execution_id: body.executionId }]);
    });

    it('is kept for 30 days, and is free for a new request after that', async () => {
      const { id } = await createNextAction(app.api);
      const other = await createNextAction(app.api);
      const key = `old-${id}`;
      const press = (nextActionId: string) =>
        app.api.press(nextActionId, 'snooze_1d').set('Idempotency-Key', key);
      await press(id).expect(200);
      await age(key, '29 days 23 hours');
      await press(other.id).expect(422);
      await age(key, '30 days 1 hour');
      const { body } = await press(other.id).expect(200);
      expect(await keysOf(key)).toEqual([{ status: 'success', execution_id: body.executionId }]);
    });

    it('stands for the failure of a new request after 30 days, not for the old success', async () => {
      const { id } = await createNextAction(app.api);
      const key = `old-failing-${id}`;
      await app.api.press(id, 'leave_another').set('Idempotency-Key', key).expect(200);
      await age(key, '31 days');
      const failed = await app.api.press(id, 'refuse').set('Idempotency-Key', key).expect(409);
      expect(await keysOf(key)).toEqual([
        { status: 'failed', execution_id: failed.body.executionId },
      ]);
      await app.api.press(id, 'refuse').set('Idempotency-Key', key).expect(409);
    });

    it('of an expired use is had by one of two requests on two NBAs at once', async () => {
      const pair = await Promise.all([createNextAction(app.api), createNextAction(app.api)]);
      const { id } = await createNextAction(app.api);
      const key = `expired-race-${id}`;
      await app.api.press(id, 'snooze_1d').set('Idempotency-Key', key).expect(200);
      await age(key, '31 days');
      const answers = await Promise.all(
        pair.map((nba) => app.api.press(nba.id, 'snooze_1d').set('Idempotency-Key', key)),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 422]);
    });

    it('is deleted after 30 days, and no earlier', async () => {
      const { id } = await createNextAction(app.api);
      for (const days of [29, 31]) {
        const key = `${days}-${id}`;
        await app.api.press(id, 'leave_another').set('Idempotency-Key', key).expect(200);
        await age(key, `${days} days`);
      }
      expect(await app.get(Retention).runOften()).toContainEqual(
        expect.objectContaining({ name: 'idempotency_keys', count: 1 }),
      );
      expect([await keysOf(`29-${id}`), await keysOf(`31-${id}`)]).toEqual([
        [expect.objectContaining({ status: 'success' })],
        [],
      ]);
    });

    it.each(['with space', 'ü', 'x'.repeat(256)])('refuses the malformed key %j', async (key) => {
      const { id } = await createNextAction(app.api);
      const response = await app.api
        .press(id, 'snooze_1d')
        .set('Idempotency-Key', Buffer.from(key).toString('latin1'))
        .expect(400);
      expect(response.body).toEqual(problems.validationFailed('Idempotency-Key'));
    });
  });
});
