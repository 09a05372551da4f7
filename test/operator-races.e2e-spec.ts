import { Client } from 'pg';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { freshScope, listIn, overdueScope, runIn, type TestScope } from './support/desk.js';
import { eventually } from './support/eventually.js';
import { addUser } from './support/users.js';
import { waitingForLocks } from './support/waiting.js';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());

/** Resolves when so many sessions of the database wait for a lock. */
const untilWaiting = (count: number) =>
  eventually(
    `${count} sessions wait for a lock`,
    async () => (await waitingForLocks(app)) === count,
  );

/** Runs `work` while another transaction has done `statements`, which `work` may commit. */
async function beside<T>(
  statements: [string, unknown[]][],
  work: (commit: () => Promise<unknown>) => Promise<T>,
): Promise<T> {
  const client = new Client({ connectionString: app.database.url });
  await client.connect();
  try {
    await client.query('BEGIN');
    for (const [text, values] of statements) await client.query(text, values);
    return await work(() => client.query('COMMIT'));
  } finally {
    await client.end();
  }
}

describe('an assignment and the disabling of its assignee', () => {
  it('is refused when the user is disabled first', async () => {
    const { id } = await createNextAction(app.api);
    const { user } = await addUser(app);
    const disable = 'UPDATE users SET disabled_at = now() WHERE id = $1';
    await beside([[disable, [user.id]]], async (commit) => {
      const input = { assigneeId: user.id };
      const pressed = app.api.press(id, 'assign', { input }).then((answer) => answer);
      await untilWaiting(1);
      await commit();
      const { status, body } = await pressed;
      expect({ status, body }).toMatchObject({
        status: 409,
        body: { code: 'ASSIGNEE_NOT_ALLOWED' },
      });
    });
    expect((await app.api.nextAction(id)).assigneeId).toBeNull();
  });

  it('is refused when the user loses the scope first', async () => {
    const scope = freshScope();
    const { id } = await createNextAction(app.api, scope);
    const { user } = await addUser(app, { scopes: [`${scope.entityType}/${scope.entityId}`] });
    const statements: [string, unknown[]][] = [
      ['SELECT FROM users WHERE id = $1 FOR UPDATE', [user.id]],
      ['DELETE FROM access_grants WHERE user_id = $1', [user.id]],
    ];
    await beside(statements, async (commit) => {
      const input = { assigneeId: user.id };
      const pressed = app.api.press(id, 'assign', { input }).then((answer) => answer);
      await untilWaiting(1);
      await commit();
      expect(await pressed).toMatchObject({ status: 409 });
    });
  });

  it('holds the user until it is committed: disabling comes after', async () => {
    const { id } = await createNextAction(app.api);
    const { user } = await addUser(app);
    const held = 'LOCK TABLE next_action_executions IN SHARE MODE';
    await beside([[held, []]], async (commit) => {
      const input = { assigneeId: user.id };
      const pressed = app.api.press(id, 'assign', { input }).then((answer) => answer);
      await untilWaiting(1);
      const disabled = app.api
        .patch(`/api/users/${user.id}`, { disabled: true })
        .then((answer) => answer);
      await untilWaiting(2);
      await commit();
      expect([(await pressed).status, (await disabled).status]).toEqual([200, 200]);
    });
    expect((await app.api.nextAction(id)).assigneeId).toBe(user.id);
  });

  it('ends in one of both orders, however they come', async () => {
    for (let round = 0; round < 5; round++) {
      const { id } = await createNextAction(app.api);
      const { user } = await addUser(app);
      const [pressed, disabled] = await Promise.all([
        app.api.press(id, 'assign', { input: { assigneeId: user.id } }),
        app.api.patch(`/api/users/${user.id}`, { disabled: true }),
      ]);
      expect(disabled.status).toBe(200);
      expect([200, 409]).toContain(pressed.status);
      expect((await app.api.nextAction(id)).assigneeId).toBe(
        pressed.status === 200 ? user.id : null,
      );
    }
  });
});

describe('a reopening and another NBA of its dedupe key', () => {
  it('is a 409 when the other is queued at the same moment', async () => {
    const scope = freshScope();
    const { id } = await createNextAction(app.api, { dedupeKey: 'crm:1', ...scope });
    await app.api.press(id, 'mark_done').expect(200);
    const insert = `
      INSERT INTO next_best_actions (id, title, priority, score, dedupe_key, entity_type, entity_id)
      VALUES (gen_random_uuid(), 'Another', 'low', 1, 'crm:1', $1, $2)`;
    await beside([[insert, [scope.entityType, scope.entityId]]], async (commit) => {
      const pressed = app.api.press(id, 'reopen').then((answer) => answer);
      await untilWaiting(1);
      await commit();
      const { status, body } = await pressed;
      expect({ status, body }).toMatchObject({
        status: 409,
        body: { code: 'DUPLICATE_QUEUED', executionId: expect.any(String) as string },
      });
    });
    expect(await app.api.nextAction(id)).toMatchObject({
      status: 'done',
      lastExecutionStatus: 'failed',
    });
    expect((await app.api.executionsOf(id))[0]).toMatchObject({
      status: 'failed',
      errorCode: 'DUPLICATE_QUEUED',
    });
  });

  /** A scope whose rule has an NBA that was done long ago: a run queues another one. */
  async function doneLongAgo(): Promise<{ scope: TestScope; id: string }> {
    const scope = await overdueScope(app.api);
    await runIn(app.api, '/api/next-actions/run', scope);
    const [row] = await listIn<{ id: string }>(app.api, '/api/next-actions', scope);
    await app.api.press(row!.id, 'mark_done').expect(200);
    await app.rows(
      `UPDATE next_best_actions SET completed_at = now() - interval '2 days' WHERE id = $1`,
      [row!.id],
    );
    return { scope, id: row!.id };
  }

  it('leaves one of them queued when it comes beside a run that queues the key', async () => {
    for (let round = 0; round < 8; round++) {
      const { scope, id } = await doneLongAgo();
      const [pressed, ran] = await Promise.all([
        app.api.press(id, 'reopen'),
        app.api.post('/api/next-actions/run', scope),
      ]);
      expect(ran.status).toBe(200);
      const reopened = pressed.status === 200;
      if (!reopened) expect(pressed.body).toMatchObject({ code: 'DUPLICATE_QUEUED' });
      expect(ran.body.created).toBe(reopened ? 0 : 1);
      const queued = await listIn<{ id: string }>(app.api, '/api/next-actions', scope, {
        status: 'queued',
      });
      expect(queued.map((row) => row.id === id)).toEqual([reopened]);
    }
  });

  it('wins over a run that waits for it', async () => {
    const { scope, id } = await doneLongAgo();
    await beside([['LOCK TABLE ops_events IN SHARE MODE', []]], async (commit) => {
      // The press has changed its NBA and waits with its event; the run waits for the unique index.
      const pressed = app.api.press(id, 'reopen').then((answer) => answer);
      await untilWaiting(1);
      const ran = app.api.post('/api/next-actions/run', scope).then((answer) => answer);
      await untilWaiting(2);
      await commit();
      expect([(await pressed).status, (await ran).status]).toEqual([200, 200]);
      expect((await ran).body).toMatchObject({ created: 0 });
    });
    expect(await app.api.nextAction(id)).toMatchObject({ status: 'queued' });
  });
});
