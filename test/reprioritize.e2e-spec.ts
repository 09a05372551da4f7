import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { freshScope, listIn, manyItems, pushItems, runIn } from './support/desk.js';
import { problems } from './support/problems.js';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());

const press = (id: string, actionKey: string, input?: object) =>
  app.api.press(id, actionKey, { input });

describe('reprioritize', () => {
  const ruled = async (priority: string) => {
    const scope = freshScope();
    const more = { kind: 'reminder', state: 'open', dueInHours: -30, priority };
    await pushItems(app.api, scope, manyItems(scope, 2, more));
    await runIn(app.api, '/api/next-actions/run', scope);
    const [row] = await listIn<{ id: string }>(app.api, '/api/next-actions', scope);
    return { scope, more, id: row!.id };
  };
  const run = (scope: { entityType: string; entityId: string }) =>
    runIn<object>(app.api, '/api/next-actions/run', scope);

  it('sets priority, score and note, and the explanation adds up', async () => {
    const { id } = await ruled('low');
    const before = await app.api.nextAction(id);
    expect(before).toMatchObject({ priority: 'medium', priorityHeld: false });
    await press(id, 'reprioritize', { priority: 'critical', note: 'The board asks.' }).expect(200);
    const after = await app.api.nextAction(id);
    const { score, ...parts } = after.explanation.factors as Record<string, number>;
    expect(after).toMatchObject({ priority: 'critical', priorityHeld: true, score });
    expect(after.note).toBe('The board asks.');
    expect(parts).toEqual({
      ...before.explanation.factors,
      score: undefined,
      base: 90,
      impactBoost: 5,
    });
    const { friction = 0, ...boosts } = parts;
    const sum = Object.values(boosts).reduce((total, points) => total + points, -friction);
    expect(score).toBe(Math.min(100, sum));
  });

  it('holds against later runs, which update everything else, and the score follows', async () => {
    const { scope, more, id } = await ruled('low');
    await press(id, 'reprioritize', { priority: 'low' }).expect(200);
    const held = await app.api.nextAction(id);
    expect(await run(scope)).toMatchObject({ created: 0, updated: 0, expired: 0 });
    await pushItems(app.api, scope, manyItems(scope, 5, more));
    expect(await run(scope)).toMatchObject({ updated: 1 });
    const after = await app.api.nextAction(id);
    expect(after).toMatchObject({
      priority: 'low',
      priorityHeld: true,
      reason: '5 reminders overdue.',
    });
    expect(after.score).toBe(Number(held.score) + 3);
    expect(after.explanation.factors).toMatchObject({
      base: 30,
      countBoost: 5,
      score: after.score,
    });
  });

  it('holds until the NBA closes: what is reopened follows the rules again', async () => {
    const { scope, id } = await ruled('low');
    await press(id, 'reprioritize', { priority: 'critical' }).expect(200);
    await press(id, 'dismiss').expect(200);
    await press(id, 'reopen').expect(200);
    expect(await app.api.nextAction(id)).toMatchObject({
      priority: 'critical',
      priorityHeld: false,
    });
    await run(scope);
    expect(await app.api.nextAction(id)).toMatchObject({ priority: 'medium', priorityHeld: false });
  });

  it('holds until the NBA closes: what expired within its snooze comes back unheld', async () => {
    const { scope, id, more } = await ruled('low');
    await press(id, 'reprioritize', { priority: 'critical' }).expect(200);
    await press(id, 'snooze_1d').expect(200);
    await app.rows('DELETE FROM work_items WHERE entity_id = $1', [scope.entityId]);
    expect(await run(scope)).toMatchObject({ expired: 1 });
    await pushItems(app.api, scope, manyItems(scope, 2, more));
    expect(await run(scope)).toMatchObject({ created: 1 });
    expect(await app.api.nextAction(id)).toMatchObject({
      status: 'queued',
      priority: 'medium',
      priorityHeld: false,
      snoozedUntil: expect.any(String) as string,
    });
  });

  it('moves the score of a client’s NBA, which a push of the client keeps', async () => {
    const own = { dedupeKey: 'crm:1', priority: 'low', score: 40, ...freshScope() };
    const { id } = await createNextAction(app.api, own);
    await press(id, 'reprioritize', { priority: 'high' }).expect(200);
    expect(await app.api.nextAction(id)).toMatchObject({ priority: 'high', score: 85 });
    await createNextAction(app.api, { ...own, title: 'Pushed again' });
    expect(await app.api.nextAction(id)).toMatchObject({
      title: 'Pushed again',
      priority: 'high',
      score: 85,
    });
    await press(id, 'reprioritize', { priority: 'critical' }).expect(200);
    expect(await app.api.nextAction(id)).toMatchObject({ score: 100 });
  });

  it.each([
    [undefined, 'priority'],
    [{ priority: 'urgent' }, 'priority'],
    [{ priority: 'low', note: ' ' }, 'note'],
  ])('refuses %j', async (input, field) => {
    const { id } = await createNextAction(app.api);
    const { body } = await press(id, 'reprioritize', input).expect(400);
    expect(body).toMatchObject(problems.validationFailed(`input.${field}`));
  });
});
