import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { problems } from './support/problems.js';
import {
  CANARIES,
  CREATE_EFFECTS,
  CREATE_RAISE,
  FIXTURE_ACTIONS,
  NeverEndAction,
} from './fixtures/delivery-actions.js';

describe('an action that fails', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({ providers: FIXTURE_ACTIONS });
    await app.rows(CREATE_EFFECTS);
    await app.rows(CREATE_RAISE);
  });
  afterAll(() => app.close());

  const effectsOf = (id: string) =>
    app.rows('SELECT note FROM effects WHERE next_action_id = $1', [id]);

  /** Everything that a failure must leave: one row, the last_* columns, one event, no effect. */
  async function expectOnRecord(
    id: string,
    executionId: string,
    code: string,
    level = 'error',
  ): Promise<void> {
    expect(await effectsOf(id)).toEqual([]);
    const { body: executions } = await app.api.get(`/api/next-actions/${id}/executions`);
    expect(executions.items).toEqual([
      expect.objectContaining({
        id: executionId,
        status: 'failed',
        errorCode: code,
        errorMessage: expect.any(String),
      }),
    ]);
    const { body: nextAction } = await app.api.get(`/api/next-actions/${id}`);
    expect(nextAction).toMatchObject({
      status: 'queued',
      lastExecutionStatus: 'failed',
      lastExecutionErrorCode: code,
      lastExecutionErrorMessage: executions.items[0].errorMessage,
      lastExecutedAt: expect.any(String),
    });
    const { body: events } = await app.api.get('/api/ops-events', { nextActionId: id });
    const delivered = events.items.filter((event: { eventKey: string }) =>
      event.eventKey.startsWith('nba.delivery.'),
    );
    expect(delivered).toEqual([
      expect.objectContaining({
        eventKey: 'nba.delivery.failed',
        level,
        status: 'failed',
        errorCode: code,
        meta: expect.objectContaining({ executionId }),
      }),
    ]);
  }

  it('leaves no effect, one failed row, one event, and a sanitized 500', async () => {
    const { id } = await createNextAction(app.api);
    const response = await app.api.press(id, 'fail_loudly').expect(500);
    expect(response.body).toEqual(problems.actionFailed('ACTION_FAILED'));
    expect(response.headers).toHaveProperty('ratelimit-remaining');
    await expectOnRecord(id, response.body.executionId, 'ACTION_FAILED');

    const stored = await app.rows(
      `SELECT (SELECT json_agg(e) FROM next_action_executions e)::text AS a, (SELECT json_agg(e) FROM ops_events e)::text AS b,
        (SELECT json_agg(n) FROM next_best_actions n)::text AS c`,
    );
    const everything = [response.text, JSON.stringify(stored), JSON.stringify(app.logs())].join();
    for (const canary of CANARIES) expect(everything).not.toContain(canary);
    expect(everything).toContain('relay refused');
  });

  it('is answered with the status and code of the DomainError that the action threw', async () => {
    const { id } = await createNextAction(app.api);
    const { body } = await app.api.press(id, 'refuse').expect(409);
    expect(body).toMatchObject({ code: 'NOTHING_TO_RETRY', detail: 'There is nothing to retry.' });
    await expectOnRecord(id, body.executionId, 'NOTHING_TO_RETRY', 'info');
  });

  it('may be pressed again at once, since a failure dedupes nothing', async () => {
    const { id } = await createNextAction(app.api);
    const first = await app.api.press(id, 'fail_loudly').expect(500);
    const second = await app.api.press(id, 'fail_loudly').expect(500);
    expect(second.body.executionId).not.toBe(first.body.executionId);
    await app.api.press(id, 'mark_done').expect(200);
  });

  it('is aborted at its time limit, recorded, and releases the lock of the NBA', async () => {
    const { id } = await createNextAction(app.api);
    const before = NeverEndAction.aborted;
    const response = await app.api.press(id, 'never_end').expect(500);
    expect(response.body).toEqual(problems.actionFailed('ACTION_TIMED_OUT'));
    expect(NeverEndAction.aborted).toBe(before + 1);
    await expectOnRecord(id, response.body.executionId, 'ACTION_TIMED_OUT');
    await app.api.press(id, 'mark_done').expect(200);
  });

  it('is stopped in the database, too', async () => {
    const { id } = await createNextAction(app.api);
    const { body } = await app.api.press(id, 'sleep_in_sql').expect(500);
    await expectOnRecord(id, body.executionId, 'ACTION_TIMED_OUT');
    const busy = await app.rows(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(30)%' AND state = 'active' AND pid <> pg_backend_pid()`,
    );
    expect(busy).toEqual([]);
  });

  it('cannot be a success when it swallowed the error of a statement', async () => {
    const { id } = await createNextAction(app.api);
    const { body } = await app.api.press(id, 'swallow_error').expect(500);
    await expectOnRecord(id, body.executionId, 'ACTION_FAILED');
  });

  it('runs again as a whole when its transaction lost a race, with one effect', async () => {
    const { id } = await createNextAction(app.api);
    await app.api.press(id, 'lose_twice').expect(200);
    expect(await effectsOf(id)).toHaveLength(1);
    const { body } = await app.api.get(`/api/next-actions/${id}/executions`);
    expect(body.items).toEqual([
      expect.objectContaining({ status: 'success', meta: { tries: 3 } }),
    ]);
  });
});
