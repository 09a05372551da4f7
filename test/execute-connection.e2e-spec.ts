import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
} from '../src/next-actions/delivery/delivery-action.js';
import { addUser } from './support/users.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { eventually } from './support/eventually.js';
import { problems } from './support/problems.js';

const ECHO = { name: 'test_echo', text: 'SELECT $1::jsonb AS value' };

/** Sends a value that can't be converted, or, on the NBA that is so titled, one that can. */
@DeliveryAction({ key: 'send_value', label: 'Send', dedupeWindowMs: 0 })
class SendValueAction implements DeliveryActionHandler {
  async run({ tx, nextAction }: DeliveryContext): Promise<DeliveryOutcome> {
    const value: { self?: object } = {};
    if (nextAction.title !== 'sound') value.self = value;
    await tx.query(ECHO, [value]);
    return {};
  }
}

/** Forgets to await a statement that fails, and goes on. */
@DeliveryAction({ key: 'forget_await', label: 'Forget' })
class ForgetAwaitAction implements DeliveryActionHandler {
  async run({ tx }: DeliveryContext): Promise<DeliveryOutcome> {
    void tx.query({ name: 'test_divide', text: 'SELECT 1 / 0' });
    await tx.query(ECHO, ['{}']);
    return {};
  }
}

/** Forgets to await a statement that could not even be sent. */
@DeliveryAction({ key: 'forget_circle', label: 'Forget' })
class ForgetCircleAction implements DeliveryActionHandler {
  run({ tx }: DeliveryContext): Promise<DeliveryOutcome> {
    const circle: { self?: object } = {};
    circle.self = circle;
    void tx.query(ECHO, [circle]);
    return Promise.resolve({});
  }
}

/** Lets a part fail whose statement nobody awaited, and succeeds. */
@DeliveryAction({ key: 'fail_in_part', label: 'Fail in part' })
class FailInPartAction implements DeliveryActionHandler {
  async run({ tx }: DeliveryContext): Promise<DeliveryOutcome> {
    await tx
      .part(async () => {
        tx.defer({ name: 'test_divide', text: 'SELECT 1 / 0' });
        await tx.query(ECHO, ['{}']);
      })
      .catch(() => undefined);
    return { meta: { survived: true } };
  }
}

const LOCK = 'SELECT 1 FROM next_best_actions WHERE id = $1 FOR UPDATE';
const WAITING = `
  SELECT pid FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock'`;

describe('the connection of a press', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({
      providers: [SendValueAction, ForgetAwaitAction, ForgetCircleAction, FailInPartAction],
      env: { DATABASE_POOL_SIZE: '4', LOCK_TIMEOUT_MS: '10000', WORKER: 'false' },
    });
  });
  afterAll(() => app.close());

  async function failureOf(id: string): Promise<string> {
    const { body } = await app.api.get(`/api/next-actions/${id}/executions`);
    return body.items[0].errorMessage as string;
  }

  it('is held by one of the presses that wait for an NBA, the others wait in memory', async () => {
    const { id } = await createNextAction(app.api);
    const other = await createNextAction(app.api);
    let presses: Promise<{ status: number; body: { executionId: string } }>[] = [];
    await app.holding(LOCK, [id], async () => {
      presses = Array.from({ length: 12 }, () =>
        app.api.press(id, 'mark_done').then((response) => response),
      );
      const closes = Array.from({ length: 4 }, () =>
        app.api.patch(`/api/next-actions/${id}`, { action: 'done' }).then((response) => response),
      );
      await eventually(
        'a press to wait for the lock',
        async () => (await app.rows(WAITING)).length > 0,
      );
      for (let i = 0; i < 5; i++) {
        await app.anonymous.get('/health/ready').expect(200);
        await app.api.get('/api/next-actions').expect(200);
      }
      await app.api.press(other.id, 'mark_done').expect(200);
      expect(await app.rows(WAITING)).toHaveLength(1);
      presses.push(...(closes as unknown as typeof presses));
    });
    const answers = await Promise.all(presses);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.slice(0, 12).map(({ body }) => body.executionId)).size).toBe(1);
  });

  it('is there for others while one user reads slowly, as often as they like', async () => {
    const { api: other } = await addUser(app);
    const { id } = await createNextAction(app.api);
    let reads: Promise<{ status: number }>[] = [];
    await app.holding('LOCK TABLE work_items IN ACCESS EXCLUSIVE MODE', [], async () => {
      reads = Array.from({ length: 16 }, () =>
        app.api.get('/api/work-items').then((response) => response),
      );
      await eventually(
        'the reads to wait for the table',
        async () => (await app.rows(WAITING)).length >= 3,
      );
      for (let i = 0; i < 5; i++) {
        await other.get('/api/next-actions').expect(200);
        await app.anonymous.get('/health/ready').expect(200);
      }
      await other.press(id, 'mark_done').expect(200);
      // The share of one caller: all connections but the reserve.
      expect(await app.rows(WAITING)).toHaveLength(3);
    });
    for (const { status } of await Promise.all(reads)) expect(status).toBe(200);
  });

  it('is not spoiled by a value that can not be sent', async () => {
    const sound = await createNextAction(app.api, { title: 'sound' });
    for (let i = 0; i < 6; i++) {
      const { id } = await createNextAction(app.api);
      const { body } = await app.api.press(id, 'send_value').expect(500);
      expect(body).toEqual(problems.actionFailed('ACTION_FAILED'));
      expect(await failureOf(id)).toContain('parameter $1');
      await app.api.press(sound.id, 'send_value').expect(200);
    }
  });

  it.each([
    ['forget_await', 'division by zero'],
    ['forget_circle', 'parameter $1'],
  ])('keeps the first failure on record, also when nobody awaited it (%s)', async (key, reason) => {
    const { id } = await createNextAction(app.api);
    const { body } = await app.api.press(id, key).expect(500);
    expect(body).toEqual(problems.actionFailed('ACTION_FAILED'));
    expect(await failureOf(id)).toContain(reason);
  });

  it('is none the worse for a part that failed', async () => {
    const { id } = await createNextAction(app.api);
    await app.api.press(id, 'fail_in_part').expect(200);
    const { body } = await app.api.get(`/api/next-actions/${id}/executions`);
    expect(body.items).toEqual([
      expect.objectContaining({ status: 'success', meta: { survived: true } }),
    ]);
  });
});
