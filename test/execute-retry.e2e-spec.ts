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
