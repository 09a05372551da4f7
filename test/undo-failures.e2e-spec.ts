import { randomUUID } from 'node:crypto';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryOutcome,
  notUndoable,
  type UndoContext,
  type UndoOutcome,
} from '../src/next-actions/delivery/delivery-action.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { CREATE_EFFECTS } from './fixtures/delivery-actions.js';

jest.setTimeout(60_000);

/** Says that it can be taken back, and throws. */
@DeliveryAction({ key: 'undo_badly', label: 'Undo badly', dedupeWindowMs: 0 })
class UndoBadlyAction implements DeliveryActionHandler {
  run(): DeliveryOutcome {
    return { changes: { score: 99 } };
  }

  async undo({ tx, nextAction, executionId }: UndoContext): Promise<UndoOutcome> {
    const text = `INSERT INTO effects (execution_id, next_action_id, note) VALUES ($1, $2, 'undo')`;
    await tx.execute({ name: 'test_undo_badly', text }, [executionId, nextAction.id]);
    throw new Error('SELECT secret FROM internals');
  }
}

/** Its undo throws until an effect of the NBA is there. */
@DeliveryAction({ key: 'undo_once_it_can', label: 'Undo once it can', dedupeWindowMs: 0 })
class UndoOnceItCanAction implements DeliveryActionHandler {
  run(): DeliveryOutcome {
    return { changes: { score: 99 } };
  }

  async undo({ tx, nextAction }: UndoContext): Promise<UndoOutcome> {
    const text = 'SELECT FROM effects WHERE next_action_id = $1';
    const found = await tx.query({ name: 'test_undo_once', text }, [nextAction.id]);
    if (found.length === 0) throw new Error('not yet');
    return {};
  }
}

@DeliveryAction({ key: 'undo_too_late', label: 'Undo too late', dedupeWindowMs: 0 })
class UndoTooLateAction implements DeliveryActionHandler {
  run(): DeliveryOutcome {
    return {};
  }

  undo(): UndoOutcome {
    throw notUndoable('It was sent already.');
  }
}

describe('taking a press back', () => {
  let app: TestApp;
  beforeAll(async () => {
    const providers = [UndoBadlyAction, UndoOnceItCanAction, UndoTooLateAction];
    app = await createTestApp({ providers, env: { WORKER: 'false' } });
    await app.rows(CREATE_EFFECTS);
  });
  afterAll(() => app.close());

  const press = async (id: string, actionKey: string): Promise<string> =>
    (await app.api.press(id, actionKey).expect(200)).body.executionId;
  const undo = (id: string, executionId: string) => app.api.undo(id, executionId);

  it('fails on record and without an effect where the undo of the action throws', async () => {
    const { id } = await createNextAction(app.api);
    const pressed = await press(id, 'undo_badly');
    const { body } = await undo(id, pressed).expect(500);
    expect(body).toMatchObject({ code: 'ACTION_FAILED', executionId: expect.any(String) });
    expect(JSON.stringify(body)).not.toContain('internals');
    expect(await app.api.nextAction(id)).toMatchObject({
      score: 99,
      lastExecutionStatus: 'failed',
      lastExecutionErrorCode: 'ACTION_FAILED',
    });
    expect(await app.rows('SELECT FROM effects WHERE next_action_id = $1', [id])).toEqual([]);
    const { executionId } = body;
    expect(await app.api.executionsOf(id)).toEqual([
      expect.objectContaining({
        id: executionId,
        status: 'failed',
        undoesId: pressed,
        errorCode: 'ACTION_FAILED',
        changes: {},
      }),
      expect.objectContaining({ id: pressed, status: 'success', undoneAt: null }),
    ]);
    const query = { eventKey: 'nba.delivery.failed', nextActionId: id };
    const events = (await app.api.get('/api/ops-events', query).expect(200)).body.items;
    expect(events).toEqual([
      expect.objectContaining({
        level: 'error',
        actorId: expect.any(String),
        meta: { executionId, actionKey: 'undo_badly', undoesId: pressed },
      }),
    ]);
  });

  it('can be tried again after it failed, and is then the one that stands', async () => {
    const { id } = await createNextAction(app.api);
    const pressed = await press(id, 'undo_once_it_can');
    const failed = (await undo(id, pressed).expect(500)).body.executionId;
    await app.rows('INSERT INTO effects (execution_id, next_action_id, note) VALUES ($1, $2, $3)', [
      randomUUID(),
      id,
      'it can',
    ]);
    const { body } = await undo(id, pressed).expect(200);
    expect(body.executionId).not.toBe(failed);
    expect(await app.api.nextAction(id)).toMatchObject({ score: 50 });
    const { body: again, headers } = await undo(id, pressed).expect(200);
    expect(headers).toHaveProperty('idempotent-replayed', 'true');
    expect(again).toEqual(body);
  });

  it('that the action refuses leaves nothing on record', async () => {
    const { id } = await createNextAction(app.api);
    const pressed = await press(id, 'undo_too_late');
    const { body } = await undo(id, pressed).expect(409);
    expect(body).toMatchObject({ code: 'NOT_UNDOABLE', detail: 'It was sent already.' });
    expect(await app.api.executionsOf(id)).toHaveLength(1);
    expect(await app.api.nextAction(id)).toMatchObject({ lastExecutionStatus: 'success' });
  });
});
