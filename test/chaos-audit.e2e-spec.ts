import { audit, type Audited } from '../bench/under-load/audit.js';
import { Journal, type Press } from '../bench/under-load/journal.js';
import { createTestApp, type TestApp } from './support/app.js';
import { QUICK_JOBS } from './support/jobs.js';

/** A drill that finds nothing proves nothing unless its audit would have found it. */
describe('the audit of the chaos drills', () => {
  const journal = new Journal(1);
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({ env: QUICK_JOBS });
    await journal.seed(app.database.url, 20);
  });
  afterAll(() => app.close());

  /** A press that was answered. */
  async function press(actionKey: string): Promise<Press> {
    const wanted = journal.next({ actionKey, keyed: true })!;
    const { body } = await app.api
      .press(wanted.nextActionId, actionKey)
      .set('Idempotency-Key', wanted.key!)
      .expect(200);
    wanted.executionIds.push((body as { executionId: string }).executionId);
    return wanted;
  }

  /** The difference of the audit's counts after a change. */
  async function foundAfter(change: () => Promise<unknown>): Promise<Partial<Audited>> {
    const before = await audit(app.database.url, journal.presses);
    await change();
    const after = await audit(app.database.url, journal.presses);
    return {
      lost: after.lost - before.lost,
      doubled: after.doubled - before.doubled,
      withoutEvent: after.withoutEvent - before.withoutEvent,
    };
  }

  it('finds nothing where every press ran once', async () => {
    for (const key of ['mark_done', 'snooze_1d', 'retry_failed_deliveries', 'recompute_score']) {
      await press(key);
    }
    expect(await audit(app.database.url, journal.presses)).toEqual({
      lost: 0,
      doubled: 0,
      withoutEvent: 0,
      faults: [],
      executions: 4,
      jobs: 1,
    });
  });

  it('finds an answered press that is not on record, and its effect that nothing explains', async () => {
    const { nextActionId } = await press('mark_done');
    const sql = 'DELETE FROM next_action_executions WHERE next_action_id = $1';
    const found = await foundAfter(() => app.rows(sql, [nextActionId]));
    // The answer, and its idempotency key.
    expect(found).toEqual({ lost: 2, doubled: 1, withoutEvent: 0 });
  });

  it('finds an execution whose effect is missing', async () => {
    const { nextActionId } = await press('mark_done');
    const sql = `UPDATE next_best_actions SET status = 'queued' WHERE id = $1`;
    const found = await foundAfter(() => app.rows(sql, [nextActionId]));
    expect(found).toEqual({ lost: 1, doubled: 0, withoutEvent: 0 });
  });

  it('finds a second execution of one NBA, and that it has no event', async () => {
    const { nextActionId } = await press('recompute_score');
    const sql = `
      INSERT INTO next_action_executions (id, next_action_id, action_key, status, started_at, finished_at)
      SELECT (left(id::text, 24) || 'ffffffffffff')::uuid, next_action_id, 'run_risk_rules', status, started_at, finished_at
      FROM next_action_executions WHERE next_action_id = $1`;
    const found = await foundAfter(() => app.rows(sql, [nextActionId]));
    expect(found).toEqual({ lost: 0, doubled: 1, withoutEvent: 1 });
  });

  it('finds two answers to one press', async () => {
    const first = await press('snooze_1d');
    const found = await foundAfter(async () => {
      const { executionIds } = await press('snooze_1d');
      first.executionIds.push(...executionIds);
    });
    expect(found).toEqual({ lost: 1, doubled: 1, withoutEvent: 0 });
  });

  it('finds an execution without its event', async () => {
    const { executionIds } = await press('run_risk_rules');
    const sql = `DELETE FROM ops_events WHERE meta ->> 'executionId' = $1`;
    const found = await foundAfter(() => app.rows(sql, [executionIds[0]]));
    expect(found).toEqual({ lost: 0, doubled: 0, withoutEvent: 1 });
  });

  it('finds a job that is gone', async () => {
    const { nextActionId } = await press('retry_failed_deliveries');
    const sql = `DELETE FROM jobs WHERE next_action_id = $1`;
    const found = await foundAfter(() => app.rows(sql, [nextActionId]));
    expect(found).toEqual({ lost: 1, doubled: 0, withoutEvent: 0 });
  });

  it('finds a score that no execution explains', async () => {
    const { executionIds } = await press('recompute_score');
    const sql = `UPDATE next_action_executions SET meta = '{}' WHERE id = $1`;
    const found = await foundAfter(() => app.rows(sql, [executionIds[0]]));
    expect(found).toEqual({ lost: 1, doubled: 1, withoutEvent: 0 });
  });
});
