import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
} from '../src/next-actions/delivery/delivery-action.js';
import { reopenNextAction } from '../src/next-actions/model/next-action.changes.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { freshScope } from './support/desk.js';
import { CANARIES, CREATE_EFFECTS, FIXTURE_ACTIONS } from './fixtures/delivery-actions.js';

jest.setTimeout(120_000);

/** Notes whether it was previewed. */
@DeliveryAction({ key: 'ask_preview', label: 'Ask', dedupeWindowMs: 0 })
class AskPreviewAction implements DeliveryActionHandler {
  run({ preview }: DeliveryContext): DeliveryOutcome {
    return { meta: { preview } };
  }
}

/** Does what a rollback does not take back. */
@DeliveryAction({ key: 'no_preview', label: 'No preview', preview: false })
class NoPreviewAction implements DeliveryActionHandler {
  run(): DeliveryOutcome {
    return {};
  }
}

/** Returns a change that the table refuses. */
@DeliveryAction({ key: 'score_too_high', label: 'Score too high' })
class ScoreTooHighAction implements DeliveryActionHandler {
  run(): DeliveryOutcome {
    return { changes: { score: 101 } };
  }
}

/** Queues its NBA again without a look at its dedupe key: the unique index refuses a second one. */
@DeliveryAction({ key: 'queue_blindly', label: 'Queue blindly', worksOn: ['done'] })
class QueueBlindlyAction implements DeliveryActionHandler {
  run(): DeliveryOutcome {
    return { changes: reopenNextAction() };
  }
}

/** Raises the score by one. */
@DeliveryAction({ key: 'raise', label: 'Raise', dedupeWindowMs: 0, undo: true })
class RaiseAction implements DeliveryActionHandler {
  run({ nextAction }: DeliveryContext): DeliveryOutcome {
    return { changes: { score: Math.min(100, nextAction.score + 1) } };
  }
}

type Changes = Record<string, { from: unknown; to: unknown }>;

interface Execution {
  readonly id: string;
  readonly status: string;
  readonly changes: Changes;
  readonly undoneAt: string | null;
  readonly undoesId: string | null;
}

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;

/** The same without ids and instants. */
function without(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replace(ID, 'id').replace(INSTANT, 'instant'));
}

describe('the preview of a press', () => {
  let app: TestApp;
  let impatient: TestApp;
  beforeAll(async () => {
    const providers = [
      ...FIXTURE_ACTIONS,
      AskPreviewAction,
      NoPreviewAction,
      ScoreTooHighAction,
      QueueBlindlyAction,
      RaiseAction,
    ];
    app = await createTestApp({ providers, env: { WORKER: 'false', LOCK_TIMEOUT_MS: '20000' } });
    await app.rows(CREATE_EFFECTS);
    impatient = await createTestApp({
      database: app.database,
      env: { WORKER: 'false', LOCK_TIMEOUT_MS: '100' },
    });
  });
  afterAll(async () => {
    await impatient.close();
    await app.close();
  });

  const preview = (id: string, actionKey: string, extra: object = {}, by: TestApp = app) =>
    by.api.post(`/api/next-actions/${id}/execute?preview=true`, { actionKey, ...extra });
  const eventsOf = async (id: string) =>
    (await app.api.get('/api/ops-events', { nextActionId: id }).expect(200)).body.items;

  it('says what the press would do, and leaves nothing', async () => {
    const before = await createNextAction(app.api);
    const events = await eventsOf(before.id);
    const logged = app.logs().length;
    const { body, headers } = await preview(before.id, 'mark_done').expect(200);
    expect(body).toEqual({
      ok: true,
      preview: true,
      replayed: false,
      changes: {
        status: { from: 'queued', to: 'done' },
        completedAt: { from: null, to: expect.any(String) },
      },
      meta: {},
      events: [
        {
          eventKey: 'nba.delivery.executed',
          level: 'info',
          meta: {
            executionId: expect.any(String),
            actionKey: 'mark_done',
            result: {},
            changes: body.changes,
          },
        },
      ],
    });
    expect(headers).toHaveProperty('ratelimit-remaining');
    expect(await app.api.nextAction(before.id)).toEqual(before);
    expect(await app.api.executionsOf<Execution>(before.id)).toEqual([]);
    expect(await eventsOf(before.id)).toEqual(events);
    const emitted = app.logs().slice(logged);
    expect(emitted.filter(({ msg }) => msg === 'nba.delivery.executed')).toEqual([]);
  });

  it('leaves no effect, no job and no used key', async () => {
    const { id } = await createNextAction(app.api);
    const key = randomUUID();
    await preview(id, 'leave_effect').set('Idempotency-Key', key).expect(200);
    const { body } = await preview(id, 'retry_failed_deliveries').expect(200);
    expect(body.events.map(({ eventKey }: { eventKey: string }) => eventKey)).toEqual([
      'nba.delivery.stubbed',
      'nba.delivery.executed',
    ]);
    await preview(id, 'dont_suggest_again_30d').expect(200);
    expect(await app.rows('SELECT FROM effects WHERE next_action_id = $1', [id])).toEqual([]);
    expect(await app.rows('SELECT FROM jobs WHERE next_action_id = $1', [id])).toEqual([]);
    expect(await app.rows('SELECT FROM idempotency_keys WHERE key = $1', [key])).toEqual([]);
    const pressed = await app.api.press(id, 'mark_done').set('Idempotency-Key', key).expect(200);
    expect(pressed.headers).not.toHaveProperty('idempotent-replayed');
  });

  it('says when an earlier execution would answer', async () => {
    const { id } = await createNextAction(app.api);
    await app.api.press(id, 'mark_done').expect(200);
    const { body } = await preview(id, 'mark_done').expect(200);
    expect(body).toMatchObject({ replayed: true, changes: {}, events: [] });
  });

  it('is the error that the press would get, without a record', async () => {
    const { id } = await createNextAction(app.api);
    const failed = await preview(id, 'fail_loudly').expect(500);
    expect(failed.body).toMatchObject({ code: 'ACTION_FAILED' });
    expect(failed.body).not.toHaveProperty('executionId');
    for (const canary of CANARIES) expect(failed.text).not.toContain(canary);
    await preview(id, 'score_too_high').expect(500);
    await preview(id, 'swallow_error').expect(500);
    await preview(id, 'never_end').expect(500);
    const refused = await preview(id, 'refuse').expect(409);
    expect(refused.body).toMatchObject({ code: 'NOTHING_TO_RETRY' });
    await preview(id, 'no_such_action').expect(400);
    await preview(id, 'wait_days', { input: { days: 0 } }).expect(400);
    await preview(randomUUID(), 'mark_done').expect(404);
    await app.api.post(`/api/next-actions/${id}/execute?preview=maybe`, {}).expect(400);
    expect(await app.api.executionsOf<Execution>(id)).toEqual([]);
    expect(await app.api.nextAction(id)).toMatchObject({ lastExecutedAt: null });
    await app.api.press(id, 'mark_done').expect(200);
    const closed = await preview(id, 'snooze_1d').expect(409);
    expect(closed.body).toMatchObject({ code: 'NEXT_ACTION_NOT_OPEN' });
  });

  it('is the refusal of a second one of the dedupe key, which the press gets from the database', async () => {
    const scope = freshScope();
    const { id } = await createNextAction(app.api, { dedupeKey: 'crm:1', ...scope });
    await app.api.press(id, 'mark_done').expect(200);
    await createNextAction(app.api, { dedupeKey: 'crm:1', ...scope });
    const previewed = await preview(id, 'queue_blindly').expect(409);
    const pressed = await app.api.press(id, 'queue_blindly').expect(409);
    expect(previewed.body).toMatchObject({ code: 'DUPLICATE_QUEUED' });
    expect(pressed.body).toMatchObject({ code: 'DUPLICATE_QUEUED', detail: previewed.body.detail });
  });

  it('hides the secrets that the record hides', async () => {
    const { id } = await createNextAction(app.api);
    const { text } = await preview(id, 'wait_days', { input: { days: 1 } }).expect(200);
    for (const canary of CANARIES) expect(text).not.toContain(canary);
  });

  it('is known to the action, which may have none', async () => {
    const { id } = await createNextAction(app.api);
    expect((await preview(id, 'ask_preview').expect(200)).body.meta).toEqual({ preview: true });
    await app.api.press(id, 'ask_preview').expect(200);
    expect(await app.api.executionsOf<Execution>(id)).toEqual([
      expect.objectContaining({ meta: { preview: false } }),
    ]);
    const { body } = await preview(id, 'no_preview').expect(409);
    expect(body).toMatchObject({ code: 'PREVIEW_NOT_AVAILABLE' });
    await app.api.press(id, 'no_preview').expect(200);
  });

  it('does not wait for its next best action as long as a press', async () => {
    const { id } = await createNextAction(app.api);
    const lock = 'SELECT FROM next_best_actions WHERE id = $1 FOR UPDATE';
    await app.holding(lock, [id], async () => {
      const { body } = await preview(id, 'mark_done').expect(503);
      expect(body).toMatchObject({ code: 'DATABASE_BUSY' });
      await preview(id, 'mark_done', {}, impatient).expect(503);
      // Presses and previews that wait in memory, behind one that waits for the row.
      const answers = await Promise.all([1, 2, 3].map(() => preview(id, 'mark_done')));
      expect(answers.map(({ status }) => status)).toEqual([503, 503, 503]);
    });
    await preview(id, 'mark_done').expect(200);
  });

  it('counts like a press for the limit', async () => {
    const limited = await createTestApp({ env: { EXECUTE_LIMIT_PER_MINUTE: '2' } });
    const { id } = await createNextAction(limited.api);
    await preview(id, 'mark_done', {}, limited).expect(200);
    await preview(id, 'mark_done', {}, limited).expect(200);
    await limited.api.press(id, 'mark_done').expect(429);
    await limited.close();
  });

  it('equals what the press then does, and the record explains the state, undos included', async () => {
    const step = fc.oneof(
      fc.record({
        press: fc.constantFrom('raise', 'snooze_1d', 'mark_done', 'dismiss', 'recompute_score'),
      }),
      fc.record({ undo: fc.nat(6) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        const first = await createNextAction(app.api, { score: 40 });
        const { id } = first;
        for (const one of steps) {
          if ('undo' in one) {
            const executions = await app.api.executionsOf<Execution>(id);
            const target = executions[one.undo % Math.max(1, executions.length)];
            if (!target) continue;
            const path = `/api/next-actions/${id}/executions/${target.id}/undo`;
            const { status } = await app.api.post(path);
            expect([200, 409]).toContain(status);
            continue;
          }
          await expectAsPreviewed(id, one.press);
        }
        await expectExplained(first);
      }),
      { numRuns: 15 },
    );
  });

  /** The press does what its preview said, but for ids and instants. */
  async function expectAsPreviewed(id: string, actionKey: string): Promise<void> {
    const previewed = await preview(id, actionKey);
    const pressed = await app.api.press(id, actionKey);
    expect(pressed.status).toBe(previewed.status);
    if (previewed.status !== 200) {
      expect(pressed.body.code).toBe(previewed.body.code);
      return;
    }
    const replayed = pressed.headers['idempotent-replayed'] === 'true';
    expect(replayed).toBe(previewed.body.replayed);
    if (replayed) return;
    const executions = await app.api.executionsOf<Execution>(id);
    const done = executions.find((one) => one.id === pressed.body.executionId) as unknown as {
      changes: object;
      meta: object;
    };
    expect(without(previewed.body.changes)).toEqual(without(done.changes));
    expect(without(previewed.body.meta)).toEqual(without(done.meta));
    const [event] = (await eventsOf(id)) as { eventKey: string; level: string; meta: object }[];
    const { eventKey, level, meta } = event!;
    expect(without(previewed.body.events.at(-1))).toEqual(without({ eventKey, level, meta }));
  }

  /** Replaying the recorded changes from the first gives the row. */
  async function expectExplained(first: Record<string, unknown>): Promise<void> {
    const state = { ...first };
    const executions = (await app.api.executionsOf<Execution>(String(first.id))).reverse();
    for (const { changes } of executions) {
      for (const [field, { from, to }] of Object.entries(changes)) {
        expect(state[field]).toEqual(from);
        state[field] = to;
      }
    }
    const now = await app.api.nextAction(String(first.id));
    const changing = /^(lastExec|updatedAt|actions)/;
    const steady = (row: object) => Object.entries(row).filter(([name]) => !changing.test(name));
    expect(steady(now)).toEqual(steady(state));
    const undone = executions.filter(({ undoneAt }) => undoneAt !== null).map(({ id }) => id);
    const undos = executions.flatMap(({ undoesId }) => undoesId ?? []);
    expect([...undone].sort()).toEqual([...undos].sort());
  }
});
