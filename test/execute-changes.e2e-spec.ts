import { NestedTransactionError } from '../src/database/transactions/transaction-runner.js';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
} from '../src/next-actions/delivery/delivery-action.js';
import { DeliveryService } from '../src/next-actions/delivery/delivery.service.js';
import { type NextActionChanges } from '../src/next-actions/model/next-action.changes.js';
import { NextActionsService } from '../src/next-actions/model/next-actions.service.js';
import { WorkItemsService } from '../src/work-items/work-items.service.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';

const LONG = 'x'.repeat(480);

@DeliveryAction({ key: 'rewrite', label: 'Rewrite' })
class RewriteAction implements DeliveryActionHandler {
  run({ nextAction, now }: DeliveryContext): Promise<DeliveryOutcome> {
    return Promise.resolve({
      changes: {
        title: nextAction.title,
        reason: LONG,
        priority: 'critical',
        score: 99,
        actionUrl: '/elsewhere',
        snoozedUntil: now,
      },
    });
  }
}

/** What the next press of `change` returns. */
let returned: unknown;

@DeliveryAction({ key: 'change', label: 'Change', dedupeWindowMs: 0 })
class ChangeAction implements DeliveryActionHandler {
  run(): DeliveryOutcome {
    return { changes: returned as NextActionChanges };
  }
}

type Work = (context: DeliveryContext) => Promise<unknown>;

/** What the next press of `escape` does. */
let escape: Work;

@DeliveryAction({ key: 'escape', label: 'Escape', dedupeWindowMs: 0, timeoutMs: 3000 })
class EscapeAction implements DeliveryActionHandler {
  async run(context: DeliveryContext): Promise<DeliveryOutcome> {
    await escape(context);
    return {};
  }
}

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp({ providers: [RewriteAction, ChangeAction, EscapeAction] });
});
afterAll(() => app.close());

describe('what an action changes', () => {
  it('is written with the press, and recorded with the full values before', async () => {
    const before = await createNextAction(app.api, { priority: 'low', score: 10 });
    await app.api.press(before.id, 'rewrite').expect(200);
    const after = await app.api.nextAction(before.id);
    expect(after).toMatchObject({ reason: LONG, priority: 'critical', score: 99 });
    const [{ changes }] = await app.api.executionsOf(before.id);
    expect(changes).toEqual({
      reason: { from: before.reason, to: LONG },
      priority: { from: 'low', to: 'critical' },
      score: { from: 10, to: 99 },
      actionUrl: { from: before.actionUrl, to: '/elsewhere' },
      snoozedUntil: { from: null, to: after.snoozedUntil },
    });
  });

  it('is one version of the row a press', async () => {
    await app.rows('CREATE TABLE versions (id uuid)');
    await app.rows(`
      CREATE FUNCTION note_version() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN INSERT INTO versions VALUES (NEW.id); RETURN NULL; END $$`);
    await app.rows(`
      CREATE TRIGGER note_version AFTER UPDATE ON next_best_actions
      FOR EACH ROW EXECUTE FUNCTION note_version()`);
    for (const actionKey of ['mark_done', 'dismiss', 'snooze_1d']) {
      const { id } = await createNextAction(app.api);
      await app.api.press(id, actionKey).expect(200);
      expect(await app.rows('SELECT id FROM versions WHERE id = $1', [id])).toEqual([{ id }]);
    }
    await app.rows('DROP TRIGGER note_version ON next_best_actions');
  });

  it.each([
    ['done', 'mark_done'],
    ['dismissed', 'dismiss'],
    ['dismissed', 'dont_suggest_again_30d'],
  ])('names the execution that left it %s', async (status, actionKey) => {
    const { id } = await createNextAction(app.api);
    const { body } = await app.api.press(id, actionKey).expect(200);
    const columns = 'SELECT status, closed_by_execution_id AS closer FROM next_best_actions';
    expect(await app.rows(`${columns} WHERE id = $1`, [id])).toEqual([
      { status, closer: body.executionId },
    ]);
  });

  it.each([
    [{ id: '00000000-0000-7000-8000-000000000000' }, 'a change of "id"'],
    [{ dedupeKey: 'x' }, 'a change of "dedupeKey"'],
    [{ constructor: 1 }, 'a change of "constructor"'],
    [{ score: 101 }, 'ck_next_best_actions_score'],
    [{ status: 'gone' }, 'ck_next_best_actions_status'],
    [{ title: null }, 'title'],
    [{ snoozedUntil: 'soon' }, 'timestamp'],
  ])('fails the press, on record, where it is %j', async (changes, message) => {
    const before = await createNextAction(app.api);
    returned = changes;
    const { body } = await app.api.press(before.id, 'change').expect(500);
    expect(body).toMatchObject({ code: 'ACTION_FAILED', executionId: expect.any(String) });
    const [failed] = await app.api.executionsOf(before.id);
    expect(failed).toMatchObject({ id: body.executionId, status: 'failed', changes: {} });
    expect(failed.errorMessage).toContain(message);
    expect(await app.api.nextAction(before.id)).toMatchObject({
      title: before.title,
      status: 'queued',
    });
  });
});

describe('a second transaction that an action begins', () => {
  const item = (externalId: string) => ({
    kind: 'reminder' as const,
    externalId,
    title: 'Call back',
    state: 'open',
  });

  it.each<[string, (id: string) => Work]>([
    ['a push', (id) => (context) => app.get(WorkItemsService).put(item(id), context.actor)],
    [
      'a press of another',
      () => async (context) =>
        app.get(DeliveryService).execute({
          nextActionId: (await createNextAction(app.api)).id,
          actionKey: 'mark_done',
          actor: context.actor,
        }),
    ],
    [
      'a press of its own NBA',
      () => (context) =>
        app.get(DeliveryService).execute({
          nextActionId: context.nextAction.id,
          actionKey: 'mark_done',
          actor: context.actor,
        }),
    ],
    [
      'an upsert',
      () => (context) => app.get(NextActionsService).create({ title: 'Another' }, context.actor),
    ],
  ])('is refused with a clear error: %s', async (_, work) => {
    const { id } = await createNextAction(app.api);
    escape = work(id);
    await app.api.press(id, 'escape').expect(500);
    const [failed] = await app.api.executionsOf(id);
    expect(failed.errorMessage).toBe(new NestedTransactionError().message);
    expect(await app.rows('SELECT FROM work_items WHERE external_id = $1', [id])).toEqual([]);
  });

  it('is refused, too, when the press has run out of time and the action still goes on', async () => {
    const { id } = await createNextAction(app.api);
    let settle: (outcome: unknown) => void = () => undefined;
    const late = new Promise((resolve) => (settle = resolve));
    escape = async ({ actor, signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      settle(
        app
          .get(WorkItemsService)
          .put(item(id), actor)
          .catch((error: unknown) => error),
      );
    };
    await app.api.press(id, 'escape').expect(500);
    expect(await late).toBeInstanceOf(NestedTransactionError);
  });

  it('may begin after the press, and in another press at the same time', async () => {
    const { id } = await createNextAction(app.api);
    const other = await createNextAction(app.api);
    let pressed: DeliveryContext | undefined;
    escape = async (context) => {
      pressed = context;
      await app.api.press(other.id, 'mark_done').expect(200);
    };
    await app.api.press(id, 'escape').expect(200);
    await app.get(WorkItemsService).put(item(id), pressed!.actor);
    expect(await app.rows('SELECT FROM work_items WHERE external_id = $1', [id])).toHaveLength(1);
  });
});
