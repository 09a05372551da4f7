import { createTestApp, type TestApp } from './support/app.js';
import {
  freshScope,
  listIn,
  manyItems,
  type NextActionBody,
  pushItems,
  runIn,
  type TestScope,
} from './support/desk.js';

let app: TestApp;
let replica: TestApp;
beforeAll(async () => {
  app = await createTestApp();
  replica = await createTestApp({ database: app.database });
});
afterAll(async () => {
  await replica.close();
  await app.close();
});

const CONTACT = { kind: 'retention_contact', state: 'open', dueInHours: -3 };
const run = (scope: TestScope, api = app.api) => runIn<object>(api, '/api/next-actions/run', scope);
const overdue = (scope: TestScope, count: number, more: object = {}) =>
  pushItems(app.api, scope, manyItems(scope, count, { ...CONTACT, ...more }));
const wokenEvents = async (id: string) => {
  const { body } = await app.api
    .get('/api/ops-events', { eventKey: 'nba.woken', nextActionId: id })
    .expect(200);
  return body.items as { meta: object; actorId: string | null }[];
};

/** A scope with an NBA about two overdue contacts, snoozed until it gets worse. */
async function snoozed(
  untilWorse = true,
  count = 2,
): Promise<{ scope: TestScope; before: NextActionBody }> {
  const scope = freshScope();
  await overdue(scope, count);
  await run(scope);
  const [before] = await listIn<NextActionBody>(app.api, '/api/next-actions', scope);
  const input = { for: '1w', untilWorse };
  await app.api.press(before!.id, 'snooze', { input }).expect(200);
  return { scope, before: before! };
}

describe('a snooze that lasts until it gets worse', () => {
  it('ends when a run raises the priority, with an event that says how', async () => {
    const { scope, before } = await snoozed();
    expect(before.priority).toBe('medium');
    await overdue(scope, 3);
    expect(await run(scope)).toMatchObject({ created: 0, updated: 1, expired: 0 });
    const after = await app.api.nextAction(before.id);
    expect(after).toMatchObject({
      priority: 'high',
      snoozedUntil: null,
      snoozeUntilWorse: false,
      snoozedPriority: null,
      snoozedScore: null,
    });
    expect(await listIn(app.api, '/api/next-actions', scope)).toHaveLength(1);
    const { body: me } = await app.api.get('/api/auth/me');
    expect(await wokenEvents(before.id)).toEqual([
      expect.objectContaining({
        actorId: me.id,
        sourceType: 'next_action',
        sourceId: before.id,
        meta: {
          ...scope,
          ruleKey: 'retention_overdue',
          priorityBefore: 'medium',
          priority: 'high',
          scoreBefore: before.score,
          score: after.score,
        },
      }),
    ]);
    expect(await run(scope)).toMatchObject({ updated: 0 });
    expect(await wokenEvents(before.id)).toHaveLength(1);
  });

  it('ends when the score has risen by 10 since, in however many runs, and not by 9', async () => {
    const scope = freshScope();
    const reminders = (count: number) =>
      pushItems(
        app.api,
        scope,
        manyItems(scope, count, { kind: 'reminder', state: 'open', dueInHours: -3 }),
      );
    await reminders(1);
    await run(scope);
    const [before] = await listIn<NextActionBody>(app.api, '/api/next-actions', scope);
    const input = { for: '1w', untilWorse: true };
    await app.api.press(before!.id, 'snooze', { input }).expect(200);
    // One point for each further item, up to 10 in all.
    await reminders(6);
    await run(scope);
    await reminders(10);
    await run(scope);
    expect(await app.api.nextAction(before!.id)).toMatchObject({
      score: before!.score + 9,
      snoozedUntil: expect.any(String) as string,
    });
    expect(await wokenEvents(before!.id)).toEqual([]);
    // One of high priority: a point of impact.
    await pushItems(app.api, scope, [
      {
        kind: 'reminder',
        state: 'open',
        dueInHours: -3,
        externalId: `${scope.entityId}:high`,
        priority: 'high',
      },
    ]);
    await run(scope);
    expect(await app.api.nextAction(before!.id)).toMatchObject({
      score: before!.score + 10,
      snoozedUntil: null,
    });
    expect(await wokenEvents(before!.id)).toHaveLength(1);
  });

  it('holds while it gets no worse, or better', async () => {
    const { scope, before } = await snoozed(true, 4);
    expect(before.priority).toBe('high');
    await overdue(scope, 5);
    await run(scope);
    await app.rows(`DELETE FROM work_items WHERE entity_id = $1 AND external_id NOT LIKE '%:1'`, [
      scope.entityId,
    ]);
    await run(scope);
    expect(await app.api.nextAction(before.id)).toMatchObject({
      priority: 'medium',
      snoozedUntil: expect.any(String) as string,
      snoozedPriority: 'high',
    });
    // Back to what it was is not worse than it was.
    await overdue(scope, 4);
    await run(scope);
    expect((await app.api.nextAction(before.id)).snoozedUntil).not.toBeNull();
    expect(await wokenEvents(before.id)).toEqual([]);
  });

  it('ends too when it comes back worse from an expiry', async () => {
    const { scope, before } = await snoozed();
    await app.rows('DELETE FROM work_items WHERE entity_id = $1', [scope.entityId]);
    expect(await run(scope)).toMatchObject({ expired: 1 });
    await overdue(scope, 3);
    expect(await run(scope)).toMatchObject({ created: 1 });
    expect(await app.api.nextAction(before.id)).toMatchObject({
      status: 'queued',
      snoozedUntil: null,
    });
    expect(await wokenEvents(before.id)).toHaveLength(1);
  });

  it('does not end by what an operator changes', async () => {
    const { scope, before } = await snoozed();
    const input = { priority: 'critical' };
    await app.api.press(before.id, 'reprioritize', { input }).expect(200);
    await overdue(scope, 3);
    await run(scope);
    const after = await app.api.nextAction(before.id);
    expect(after).toMatchObject({ priority: 'critical', snoozedPriority: 'critical' });
    expect(after.snoozedUntil).not.toBeNull();
    expect(await wokenEvents(before.id)).toEqual([]);
  });

  it('is not every snooze', async () => {
    const { scope, before } = await snoozed(false);
    await overdue(scope, 3);
    await run(scope);
    expect(await app.api.nextAction(before.id)).toMatchObject({
      priority: 'high',
      snoozedUntil: expect.any(String) as string,
    });
    expect(await wokenEvents(before.id)).toEqual([]);
  });

  it('is over with its time: a run leaves no event then', async () => {
    const { scope, before } = await snoozed();
    await app.rows(
      `UPDATE next_best_actions SET snoozed_until = now() - interval '1 hour' WHERE id = $1`,
      [before.id],
    );
    await overdue(scope, 3);
    await run(scope);
    expect(await app.api.nextAction(before.id)).toMatchObject({ priority: 'high' });
    expect(await wokenEvents(before.id)).toEqual([]);
  });

  it('ends once, by whichever of several runs at once', async () => {
    const { scope, before } = await snoozed();
    await overdue(scope, 3);
    const apis = [app.api, replica.api, app.api, replica.api];
    const outcomes = await Promise.all(apis.map((api) => run(scope, api)));
    expect(outcomes.map((outcome) => (outcome as { updated: number }).updated).sort()).toEqual([
      0, 0, 0, 1,
    ]);
    expect((await app.api.nextAction(before.id)).snoozedUntil).toBeNull();
    expect(await wokenEvents(before.id)).toHaveLength(1);
  });
});
