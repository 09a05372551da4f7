import { createTestApp, type TestApp } from './support/app.js';
import { createWorkItem } from './support/builders.js';

/** A rule that holds while a handoff waits for the client. */
const RULE = 'handoff_no_client_confirm';

interface Listed {
  readonly id: string;
  readonly createdByRule: string;
  readonly score: number;
  readonly explanation: { readonly factors: Readonly<Record<string, number>> };
}

describe('the outcome of what a rule suggested', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({ env: { WORKER: 'false', AUTO_RUN: 'false' } });
  });
  afterAll(() => app.close());

  const scopeOf = (entityId: string) => ({ entityType: 'account', entityId });
  const run = (entityId: string) =>
    app.api.post('/api/next-actions/run', scopeOf(entityId)).expect(200);
  const queued = async (entityId: string): Promise<Listed> => {
    const query = { ...scopeOf(entityId), status: 'queued', fields: 'full' };
    const { body } = await app.api.get('/api/next-actions', query).expect(200);
    const found = (body as { items: Listed[] }).items.find((one) => one.createdByRule === RULE);
    if (!found) throw new Error(`${RULE} has suggested nothing in ${entityId}.`);
    return found;
  };
  const handoff = (entityId: string, state: string) =>
    app.api
      .put(`/api/work-items/handoff/${entityId}`, { title: 'Handoff', state, ...scopeOf(entityId) })
      .expect((answer) => {
        if (answer.status >= 300) throw new Error(answer.text);
      });
  const waits = (entityId: string) => handoff(entityId, 'awaiting_client_confirmation');
  const confirmed = (entityId: string) => handoff(entityId, 'confirmed');
  /** As if what was closed in a scope had been closed so many days before. */
  const age = (entityId: string, days: number) =>
    app.rows(
      `UPDATE next_best_actions SET completed_at = completed_at - $2 * interval '1 day',
         condition_gone_at = condition_gone_at - $2 * interval '1 day',
         condition_back_at = condition_back_at - $2 * interval '1 day'
       WHERE entity_id = $1`,
      [entityId, days],
    );
  const effectOf = async (entityId: string) => {
    const query = { ...scopeOf(entityId), ruleKey: RULE };
    const { body } = await app.api.get('/api/next-actions/effectiveness', query).expect(200);
    return (body as { items: Record<string, unknown>[] }).items[0];
  };

  async function done(entityId: string): Promise<string> {
    await waits(entityId);
    await run(entityId);
    const { id } = await queued(entityId);
    await app.api.press(id, 'snooze_1d').expect(200);
    await app.api.press(id, 'mark_done').expect(200);
    return id;
  }

  /** The outcome of each execution, newest first. */
  const outcomesOf = async (id: string) => {
    const executions = await app.api.executionsOf<{ outcome: string | null }>(id);
    return executions.map(({ outcome }) => outcome);
  };

  it('is open until a run finds the condition gone', async () => {
    const id = await done('open');
    expect(await effectOf('open')).toMatchObject({
      suggested: 1,
      pressed: 1,
      done: 1,
      resolved: 0,
      ignored: 0,
    });
    await run('open');
    expect(await effectOf('open')).toMatchObject({ resolved: 0, returned: 0, ignored: 0 });
    expect(await outcomesOf(id)).toEqual([null, null]);
    await confirmed('open');
    await run('open');
    expect(await outcomesOf(id)).toEqual(['resolved', null]);
    expect(await effectOf('open')).toMatchObject({ resolved: 1, returned: 0, ignored: 0 });
  });

  it('is a return once a later run finds the condition back, within 7 days', async () => {
    await done('back');
    await confirmed('back');
    await run('back');
    await waits('back');
    await run('back');
    await run('back');
    expect(await effectOf('back')).toMatchObject({ resolved: 0, returned: 1 });
    await done('late');
    await confirmed('late');
    await run('late');
    await age('late', 8);
    await waits('late');
    await run('late');
    expect(await effectOf('late')).toMatchObject({ resolved: 1, returned: 0 });
  });

  it('is ignored where the condition stays for 7 days', async () => {
    await done('stays');
    await run('stays');
    await age('stays', 6);
    expect(await effectOf('stays')).toMatchObject({ ignored: 0 });
    await age('stays', 2);
    expect(await effectOf('stays')).toMatchObject({ ignored: 1, resolved: 0 });
  });

  it('counts presses by action, with the median time to the first', async () => {
    await waits('presses');
    await run('presses');
    const { id } = await queued('presses');
    await app.api.press(id, 'snooze_1d').expect(200);
    await app.api.press(id, 'mark_done').expect(200);
    await app.rows(
      `UPDATE next_best_actions SET created_at = created_at - interval '1 hour' WHERE id = $1`,
      [id],
    );
    const effect = (await effectOf('presses'))!;
    expect(effect).toMatchObject({ ruleKey: RULE, suggested: 1, pressed: 1, dismissed: 0 });
    expect(Number(effect.medianMsToPress)).toBeGreaterThanOrEqual(3_600_000);
    expect(effect.actions).toEqual([
      { actionKey: 'mark_done', pressed: 1, failed: 0, medianMsToPress: expect.any(Number) },
      { actionKey: 'snooze_1d', pressed: 1, failed: 0, medianMsToPress: expect.any(Number) },
    ]);
  });

  it('counts neither an undo nor what it took back', async () => {
    await waits('undone');
    await run('undone');
    const { id } = await queued('undone');
    const { executionId } = (await app.api.press(id, 'snooze_1d').expect(200)).body;
    await app.api.undo(id, executionId).expect(200);
    expect(await effectOf('undone')).toMatchObject({
      suggested: 1,
      pressed: 0,
      medianMsToPress: null,
      actions: [],
    });
    await app.api.press(id, 'dismiss').expect(200);
    expect(await effectOf('undone')).toMatchObject({
      pressed: 1,
      dismissed: 1,
      actions: [{ actionKey: 'dismiss', pressed: 1 }],
    });
  });

  it('moves the rank of what the rule suggests next, and says so in the explanation', async () => {
    await done('ranked');
    await confirmed('ranked');
    await run('ranked');
    await age('ranked', 2);
    await waits('ranked');
    await run('ranked');
    const { score, explanation } = await queued('ranked');
    // It came back within 7 days: one that did not help.
    expect(explanation.factors).toMatchObject({ trackRecord: 1 });
    await run('ranked');
    const again = await queued('ranked');
    expect(again.explanation.factors).toMatchObject({ trackRecord: -1 });
    expect(again.score).toBe(score - 2);
    await run('ranked');
    expect((await queued('ranked')).score).toBe(again.score);
  });

  it('leaves the rank alone with RANK_BY_OUTCOME=false', async () => {
    const plain = await createTestApp({
      database: app.database,
      env: { WORKER: 'false', AUTO_RUN: 'false', RANK_BY_OUTCOME: 'false' },
    });
    try {
      await plain.api.post('/api/next-actions/run', scopeOf('ranked')).expect(200);
      const { explanation } = await queued('ranked');
      expect(explanation.factors).toMatchObject({ trackRecord: 0 });
    } finally {
      await plain.close();
    }
  });

  it('refuses a bad period and a scope that is not granted', async () => {
    await app.api.get('/api/next-actions/effectiveness', { days: 0 }).expect(400);
    await app.api.get('/api/next-actions/effectiveness', { days: 401 }).expect(400);
    await createWorkItem(app.api);
    const { body } = await app.api.get('/api/next-actions/effectiveness').expect(200);
    expect(body).toMatchObject({ entityType: 'command_center', items: [] });
  });
});
