import { Client } from 'pg';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
} from '../src/next-actions/delivery/delivery-action.js';
import { CREATE_EFFECTS, CREATE_RAISE } from './fixtures/delivery-actions.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { problems } from './support/problems.js';

const LEAVE_EFFECT = {
  name: 'test_leave',
  text: `INSERT INTO effects (next_action_id, note) VALUES ($1, 'must not stay')`,
};

/** Has an effect, then waits for a lock that the test may hold. */
@DeliveryAction({ key: 'want_lock', label: 'Want a lock' })
class WantLockAction implements DeliveryActionHandler {
  async run({ tx, nextAction }: DeliveryContext): Promise<DeliveryOutcome> {
    await tx.execute(LEAVE_EFFECT, [nextAction.id]);
    await tx.query({ name: 'test_want_lock', text: 'SELECT pg_advisory_xact_lock(4711)' });
    return {};
  }
}

/** Has an effect, then fails with a serialization failure in every attempt. */
@DeliveryAction({ key: 'lose_always', label: 'Lose' })
class LoseAlwaysAction implements DeliveryActionHandler {
  async run({ tx, nextAction }: DeliveryContext): Promise<DeliveryOutcome> {
    await tx.execute(LEAVE_EFFECT, [nextAction.id]);
    await tx.query({ name: 'test_lose_always', text: `SELECT test_raise('40P01')` });
    return {};
  }
}

describe('an action that others are in the way of', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({
      providers: [WantLockAction, LoseAlwaysAction],
      env: { LOCK_TIMEOUT_MS: '50' },
    });
    await app.rows(CREATE_EFFECTS);
    await app.rows(CREATE_RAISE);
  });
  afterAll(() => app.close());

  /** The press gets a 503 with Retry-After; its only effects are its failed execution and event. */
  async function expectComeBack(id: string, actionKey: string, code: string): Promise<void> {
    const key = `${actionKey}-${id}`;
    const response = await app.api.press(id, actionKey).set('Idempotency-Key', key).expect(503);
    expect(response.body).toEqual(problems.actionHindered(code));
    expect(response.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    const { executionId } = response.body;
    const { body: executions } = await app.api.get(`/api/next-actions/${id}/executions`);
    expect(executions.items).toEqual([
      expect.objectContaining({ id: executionId, status: 'failed', errorCode: code }),
    ]);
    const { body: events } = await app.api.get('/api/ops-events', {
      nextActionId: id,
      eventKey: 'nba.delivery.failed',
    });
    expect(events.items).toEqual([expect.objectContaining({ errorCode: code })]);
    expect(await app.rows('SELECT 1 FROM effects WHERE next_action_id = $1', [id])).toEqual([]);
  }

  it('is a recorded 503 when it waited too long for a lock, and its key may be used again', async () => {
    const { id } = await createNextAction(app.api);
    const holder = new Client({ connectionString: app.database.url });
    await holder.connect();
    try {
      await holder.query('SELECT pg_advisory_lock(4711)');
      await expectComeBack(id, 'want_lock', 'DATABASE_BUSY');
      await holder.query('SELECT pg_advisory_unlock(4711)');
    } finally {
      await holder.end();
    }
    await app.api.press(id, 'want_lock').set('Idempotency-Key', `want_lock-${id}`).expect(200);
  });

  it('is a recorded 503 when its transaction failed to serialize in every attempt', async () => {
    const { id } = await createNextAction(app.api);
    await expectComeBack(id, 'lose_always', 'DATABASE_CONTENTION');
  });
});
