import { Client } from 'pg';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { CREATE_EFFECTS, FIXTURE_ACTIONS } from './fixtures/delivery-actions.js';

describe('presses at once', () => {
  let one: TestApp;
  let two: TestApp;
  let impatient: TestApp;
  beforeAll(async () => {
    one = await createTestApp({ providers: FIXTURE_ACTIONS, env: { LOCK_TIMEOUT_MS: '10000' } });
    two = await createTestApp({
      providers: FIXTURE_ACTIONS,
      env: { LOCK_TIMEOUT_MS: '10000' },
      database: one.database,
    });
    impatient = await createTestApp({ database: one.database, env: { LOCK_TIMEOUT_MS: '100' } });
    await one.rows(CREATE_EFFECTS);
  });
  afterAll(async () => {
    await impatient.close();
    await two.close();
    await one.close();
  });

  const effectsOf = (id: string) =>
    one.rows<{ note: string }>('SELECT note FROM effects WHERE next_action_id = $1', [id]);

  it.each([
    ['40 on one server', 40, () => [one]],
    ['100 on two servers', 100, () => [one, two]],
  ])('are one execution and one effect: %s', async (_, presses, servers) => {
    const { id } = await createNextAction(one.api);
    const apps = servers();
    const answers = await Promise.all(
      Array.from({ length: presses }, (_, index) =>
        apps[index % apps.length]!.api.press(id, 'leave_effect'),
      ),
    );
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map((answer) => answer.body.executionId)).size).toBe(1);
    expect(
      answers.filter((answer) => answer.headers['idempotent-replayed'] === undefined),
    ).toHaveLength(1);
    expect(await effectsOf(id)).toHaveLength(1);
    const { body } = await one.api.get(`/api/next-actions/${id}/executions`);
    expect(body.pagination.total).toBe(1);
    const { body: events } = await one.api.get('/api/ops-events', {
      nextActionId: id,
      eventKey: 'nba.delivery.executed',
    });
    expect(events.items).toHaveLength(1);
  });

  it('of two actions on one NBA are one after the other', async () => {
    const { id } = await createNextAction(one.api);
    const answers = await Promise.all([
      one.api.press(id, 'leave_effect'),
      two.api.press(id, 'leave_another'),
    ]);
    expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
    const rows = await one.rows<{ begin: Date; end: Date }>(
      `SELECT started_at AS begin, finished_at AS "end" FROM next_action_executions WHERE next_action_id = $1 ORDER BY started_at`,
      [id],
    );
    expect(rows).toHaveLength(2);
    expect(rows[1]!.begin.getTime()).toBeGreaterThanOrEqual(rows[0]!.end.getTime());
    expect((await effectsOf(id)).map((row) => row.note).sort()).toEqual([
      'another, seen',
      'effect',
    ]);
  });

  it('of mark_done and dismiss leave the NBA in one state, and refuse the other', async () => {
    const { id } = await createNextAction(one.api);
    const answers = await Promise.all([
      one.api.press(id, 'mark_done'),
      two.api.press(id, 'dismiss'),
    ]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409]);
  });

  it('are a 503 without a record while another transaction holds the row for too long', async () => {
    const { id } = await createNextAction(one.api);
    const holder = new Client({ connectionString: one.database.url });
    await holder.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT 1 FROM next_best_actions WHERE id = $1 FOR UPDATE', [id]);
      const response = await impatient.api.press(id, 'mark_done').expect(503);
      expect(response.body).toMatchObject({ code: 'DATABASE_BUSY', status: 503 });
      expect(response.headers['retry-after']).toMatch(/^\d+$/);
    } finally {
      await holder.end();
    }
    await one.api.press(id, 'mark_done').expect(200);
    const { body } = await one.api.get(`/api/next-actions/${id}/executions`);
    expect(body.pagination.total).toBe(1);
  });
});
