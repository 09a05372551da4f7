import { createTestApp, OPERATOR, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { freshScope, listIn, manyItems, pushItems, runIn } from './support/desk.js';
import { problems } from './support/problems.js';
import { addUser } from './support/users.js';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());

const press = (id: string, actionKey: string, input?: object) =>
  app.api.press(id, actionKey, { input });
const changesOf = async (id: string) => (await app.api.executionsOf(id))[0];

describe('add_note', () => {
  it.each(['queued', 'done', 'dismissed'])('writes on one that is %s', async (status) => {
    const { id } = await createNextAction(app.api);
    if (status !== 'queued') await press(id, status === 'done' ? 'mark_done' : 'dismiss');
    await press(id, 'add_note', { note: 'Called, no answer.' }).expect(200);
    await press(id, 'add_note', { note: 'Called again.' }).expect(200);
    expect(await app.api.nextAction(id)).toMatchObject({ status, note: 'Called again.' });
    expect((await changesOf(id)).changes).toEqual({
      note: { from: 'Called, no answer.', to: 'Called again.' },
    });
  });

  it('takes 2,000 characters', async () => {
    const { id } = await createNextAction(app.api);
    await press(id, 'add_note', { note: 'x'.repeat(2000) }).expect(200);
    expect((await app.api.nextAction(id)).note).toHaveLength(2000);
  });

  it.each([undefined, {}, { note: '' }, { note: ' \u200b ' }, { note: 'x'.repeat(2001) }])(
    'refuses %j',
    async (input) => {
      const { id } = await createNextAction(app.api);
      const { body } = await press(id, 'add_note', input).expect(400);
      expect(body).toMatchObject(problems.validationFailed('input.note'));
    },
  );
});

describe('assign', () => {
  it('assigns to everybody of the scope’s people, and to nobody', async () => {
    const scope = freshScope();
    await addUser(app, { scopes: [`${scope.entityType}/${scope.entityId}`] });
    await addUser(app, { scopes: [`${scope.entityType}/*`], role: 'admin' });
    const { entityType, entityId } = scope;
    const path = `/api/scopes/${entityType}/${encodeURIComponent(entityId)}/people`;
    const { body: people } = await app.api.get(path).expect(200);
    expect(people.items.length).toBeGreaterThan(2);
    const { id } = await createNextAction(app.api, scope);
    for (const person of people.items as { id: string }[]) {
      await press(id, 'assign', { assigneeId: person.id.toUpperCase() }).expect(200);
      expect((await app.api.nextAction(id)).assigneeId).toBe(person.id);
      expect(
        await listIn(app.api, '/api/next-actions', scope, { assigneeId: person.id }),
      ).toHaveLength(1);
    }
    await press(id, 'assign', { assigneeId: null }).expect(200);
    expect((await app.api.nextAction(id)).assigneeId).toBeNull();
    expect(await listIn(app.api, '/api/next-actions', scope, { assigneeId: 'none' })).toHaveLength(
      1,
    );
  });

  it('refuses who may not act there, saying why', async () => {
    const scope = freshScope();
    const { id } = await createNextAction(app.api, scope);
    const own = `${scope.entityType}/${scope.entityId}`;
    const viewer = await addUser(app, { role: 'viewer', scopes: [own] });
    const stranger = await addUser(app, { scopes: ['account/elsewhere'] });
    const gone = await addUser(app, { scopes: [own] });
    await app.api.patch(`/api/users/${gone.user.id}`, { disabled: true }).expect(200);
    const refusals: [string, RegExp][] = [
      [viewer.user.id, /not press/],
      [stranger.user.id, /no user with this id who may see/],
      [gone.user.id, /disabled/],
      ['00000000-0000-7000-8000-000000000000', /no user with this id who may see/],
    ];
    for (const [assigneeId, detail] of refusals) {
      const { body } = await press(id, 'assign', { assigneeId }).expect(409);
      expect(body).toMatchObject({
        code: 'ASSIGNEE_NOT_ALLOWED',
        detail: expect.stringMatching(detail) as string,
      });
    }
    expect((await app.api.nextAction(id)).assigneeId).toBeNull();
  });

  it.each([undefined, {}, { assigneeId: 'me' }, { assigneeId: 7 }])(
    'refuses the input %j',
    async (input) => {
      const { id } = await createNextAction(app.api);
      const { body } = await press(id, 'assign', input).expect(400);
      expect(body).toMatchObject(problems.validationFailed('input.assigneeId'));
    },
  );
});

describe('reopen', () => {
  it.each([
    ['done', 'mark_done'],
    ['dismissed', 'dismiss'],
  ])('queues one that is %s again, and shows it', async (status, closing) => {
    const scope = freshScope();
    const { id } = await createNextAction(app.api, scope);
    await press(id, 'snooze_1d').expect(200);
    await press(id, closing).expect(200);
    await press(id, 'reopen').expect(200);
    expect(await listIn(app.api, '/api/next-actions', scope, { status: 'queued' })).toEqual([
      expect.objectContaining({
        id,
        status: 'queued',
        completedAt: null,
        dismissedAt: null,
        snoozedUntil: null,
      }),
    ]);
    expect((await changesOf(id)).changes.status).toEqual({ from: status, to: 'queued' });
    // The press that closed it answers no more.
    const again = await press(id, closing).expect(200);
    expect(again.headers).not.toHaveProperty('idempotent-replayed');
    expect(await app.api.nextAction(id)).toMatchObject({ status });
  });

  it('ends the cool-down of its rule with its state', async () => {
    const scope = freshScope();
    const item = { kind: 'retention_contact', state: 'open', dueInHours: -3 };
    await pushItems(app.api, scope, manyItems(scope, 1, item));
    await runIn(app.api, '/api/next-actions/run', scope);
    const [row] = await listIn<{ id: string }>(app.api, '/api/next-actions', scope);
    await press(row!.id, 'mark_done').expect(200);
    await press(row!.id, 'reopen').expect(200);
    await pushItems(app.api, scope, manyItems(scope, 2, item));
    expect(await runIn(app.api, '/api/next-actions/run', scope)).toMatchObject({
      created: 0,
      updated: 1,
      expired: 0,
    });
  });

  it('is a 409 while another one is queued under its dedupe key', async () => {
    const own = { dedupeKey: 'crm:2', ...freshScope() };
    const { id } = await createNextAction(app.api, own);
    await press(id, 'mark_done').expect(200);
    const { id: other } = await createNextAction(app.api, own);
    expect(other).not.toBe(id);
    expect((await press(id, 'reopen').expect(409)).body).toMatchObject({
      code: 'DUPLICATE_QUEUED',
      executionId: expect.any(String) as string,
    });
    expect(await app.api.nextAction(id)).toMatchObject({ status: 'done' });
    await press(other, 'mark_done').expect(200);
    await press(id, 'reopen').expect(200);
  });

  it('is a 409 on one that is queued', async () => {
    const { id } = await createNextAction(app.api);
    expect((await press(id, 'reopen').expect(409)).body).toMatchObject(problems.nextActionNotOpen);
  });
});

it('lists what is assigned to me', async () => {
  const scope = freshScope();
  const { body: me } = await app.api.get('/api/auth/me').expect(200);
  expect(me.email).toBe(OPERATOR.email);
  const { id } = await createNextAction(app.api, scope);
  await createNextAction(app.api, scope);
  await press(id, 'assign', { assigneeId: me.id }).expect(200);
  expect(await listIn(app.api, '/api/next-actions', scope, { assigneeId: 'me' })).toEqual([
    expect.objectContaining({ id, assigneeId: me.id }),
  ]);
});
