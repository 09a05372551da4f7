import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryOutcome,
} from '../src/next-actions/delivery/delivery-action.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { eventually } from './support/eventually.js';
import { CREATE_EFFECTS, FIXTURE_ACTIONS } from './fixtures/delivery-actions.js';
import { gate } from './support/jobs.js';
import { addUser } from './support/users.js';

jest.setTimeout(60_000);

/** Waits until the test lets it go on. */
@DeliveryAction({ key: 'wait_for_test', label: 'Wait for the test', timeoutMs: 30_000 })
class WaitForTestAction implements DeliveryActionHandler {
  static begun = 0;
  static readonly released = gate();

  async run(): Promise<DeliveryOutcome> {
    WaitForTestAction.begun += 1;
    await WaitForTestAction.released.opened;
    return {};
  }
}

interface Row {
  readonly id: string;
  readonly ok: boolean;
  readonly executionId?: string;
  readonly replayed?: boolean;
  readonly code?: string;
}

describe('bulk requests', () => {
  let app: TestApp;
  beforeAll(async () => {
    const providers = [...FIXTURE_ACTIONS, WaitForTestAction];
    app = await createTestApp({ providers, env: { WORKER: 'false' } });
    await app.rows(CREATE_EFFECTS);
  });
  afterAll(() => app.close());

  const bulk = (body: object, query = '') =>
    app.api.post(`/api/next-actions/execute${query}`, body);
  const undo = (executionIds: string[]) => app.api.post('/api/next-actions/undo', { executionIds });
  const resultsOf = async (sent: ReturnType<typeof bulk>): Promise<Row[]> =>
    ((await sent.expect(200)).body as { results: Row[] }).results;
  const make = async (count: number, values: object = {}): Promise<string[]> =>
    (await Promise.all(Array.from({ length: count }, () => createNextAction(app.api, values)))).map(
      ({ id }) => id,
    );

  it('press a button on each, in the order of the ids, with a record and an event each', async () => {
    const ids = await make(12);
    const results = await resultsOf(bulk({ actionKey: 'mark_done', ids }));
    expect(results.map(({ id }) => id)).toEqual(ids);
    for (const { id, ok, replayed, executionId } of results) {
      expect({ ok, replayed }).toEqual({ ok: true, replayed: false });
      expect((await app.api.executionsOf(id)).map((one) => one.id)).toEqual([executionId]);
      const { body } = await app.api.get('/api/ops-events', {
        nextActionId: id,
        eventKey: 'nba.delivery.executed',
      });
      expect(body.items).toHaveLength(1);
    }
  });

  it('refuse a row as a single press would, and press the others', async () => {
    const [good, closed, failing] = (await make(3)) as [string, string, string];
    await app.api.press(closed, 'mark_done').expect(200);
    const unknown = randomUUID();
    const foreign = (await createNextAction(app.api, { entityType: 'account', entityId: 'far' }))
      .id;
    const operator = await addUser(app, { role: 'operator', scopes: ['command_center/*'] });
    const { body } = await operator.api
      .post('/api/next-actions/execute', {
        actionKey: 'snooze_1d',
        ids: [unknown, good, closed, foreign],
      })
      .expect(200);
    expect(body.results).toEqual([
      expect.objectContaining({ id: unknown, ok: false, code: 'NEXT_ACTION_NOT_FOUND' }),
      { id: good, ok: true, executionId: expect.any(String), replayed: false },
      expect.objectContaining({ id: closed, ok: false, code: 'NEXT_ACTION_NOT_OPEN' }),
      expect.objectContaining({ id: foreign, ok: false, code: 'NEXT_ACTION_NOT_FOUND' }),
    ]);
    const [failed] = await resultsOf(bulk({ actionKey: 'fail_loudly', ids: [failing] }));
    const executionId = (await app.api.executionsOf(failing))[0]?.id;
    expect(failed).toEqual({
      id: failing,
      ok: false,
      code: 'ACTION_FAILED',
      detail: expect.stringContaining('left no effect'),
      executionId,
    });
  });

  it('are refused as a whole before anything runs', async () => {
    const ids = await make(2);
    const refused: [object, string][] = [
      [{ actionKey: 'no_such_action', ids }, 'ACTION_UNKNOWN'],
      [{ actionKey: 'wait_days', ids, input: { days: 0 } }, 'VALIDATION_FAILED'],
      [{ actionKey: 'mark_done', ids, input: { days: 1 } }, 'VALIDATION_FAILED'],
      [{ actionKey: 'mark_done', ids: [] }, 'VALIDATION_FAILED'],
      [{ actionKey: 'mark_done' }, 'VALIDATION_FAILED'],
      [{ actionKey: 'mark_done', ids: [...ids, ids[0]?.toUpperCase()] }, 'VALIDATION_FAILED'],
      [{ actionKey: 'mark_done', ids: [ids[0], 'none'] }, 'VALIDATION_FAILED'],
      [
        { actionKey: 'mark_done', ids: Array.from({ length: 101 }, () => randomUUID()) },
        'VALIDATION_FAILED',
      ],
    ];
    for (const [body, code] of refused) {
      expect((await bulk(body).expect(400)).body).toMatchObject({ code });
    }
    expect(await app.api.executionsOf(ids[0]!)).toEqual([]);
    const viewer = await addUser(app, { role: 'viewer' });
    await viewer.api.post('/api/next-actions/execute', { actionKey: 'mark_done', ids }).expect(403);
  });

  it('run each row once under one Idempotency-Key, which covers the whole', async () => {
    const ids = await make(3);
    const key = randomUUID();
    const body = { actionKey: 'leave_another', ids };
    const first = await resultsOf(bulk(body).set('Idempotency-Key', key));
    const again = await resultsOf(
      bulk({ ...body, ids: [...ids].reverse() }).set('Idempotency-Key', key),
    );
    expect(again).toEqual([...first].reverse().map((row) => ({ ...row, replayed: true })));
    const effects = await app.rows('SELECT FROM effects WHERE next_action_id = ANY($1)', [ids]);
    expect(effects).toHaveLength(3);
    const others = { ...body, ids: ids.slice(1) };
    for (const reused of [
      bulk(others).set('Idempotency-Key', key),
      app.api.press(ids[0]!, 'leave_another').set('Idempotency-Key', key),
    ]) {
      expect((await reused.expect(422)).body).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    }
  });

  it('and single presses at once are one execution each', async () => {
    const ids = await make(20);
    const [one, two, ...singles] = await Promise.all([
      resultsOf(bulk({ actionKey: 'leave_effect', ids })),
      resultsOf(bulk({ actionKey: 'leave_effect', ids: [...ids].reverse() })),
      ...ids.map((id) => app.api.press(id, 'leave_effect').expect(200)),
    ]);
    const executions = singles.map(({ body }) => body.executionId as string);
    expect(one.map(({ executionId }) => executionId)).toEqual(executions);
    expect([...two].reverse().map(({ executionId }) => executionId)).toEqual(executions);
    const effects = await app.rows('SELECT FROM effects WHERE next_action_id = ANY($1)', [ids]);
    expect(effects).toHaveLength(20);
  });

  it('say in a preview which rows would be refused, and leave nothing', async () => {
    const ids = await make(3);
    await app.api.press(ids[1]!, 'mark_done').expect(200);
    const key = randomUUID();
    const sent = bulk({ actionKey: 'snooze_1d', ids }, '?preview=true');
    const results = await resultsOf(sent.set('Idempotency-Key', key));
    const changes = { snoozedUntil: { from: null, to: expect.any(String) } };
    expect(results).toEqual([
      { id: ids[0], ok: true, replayed: false, changes },
      expect.objectContaining({ id: ids[1], ok: false, code: 'NEXT_ACTION_NOT_OPEN' }),
      { id: ids[2], ok: true, replayed: false, changes },
    ]);
    expect(await app.api.executionsOf(ids[0]!)).toEqual([]);
    await resultsOf(bulk({ actionKey: 'dismiss', ids }).set('Idempotency-Key', key));
  });

  it('take presses back, of one next best action the newest first', async () => {
    const [one, two] = (await make(2)) as [string, string];
    const press = async (id: string, actionKey: string) =>
      (await app.api.press(id, actionKey).expect(200)).body.executionId as string;
    const first = await press(one, 'snooze_1d');
    await app.rows(
      `UPDATE next_action_executions SET started_at = started_at - interval '2 minutes' WHERE id = $1`,
      [first],
    );
    const second = await press(one, 'snooze_1d');
    const effect = await press(two, 'leave_effect');
    const unknown = randomUUID();
    const results = await resultsOf(undo([first, effect, second, unknown]));
    expect(results).toEqual([
      { id: first, ok: true, executionId: expect.any(String), replayed: false },
      expect.objectContaining({ id: effect, ok: false, code: 'NOT_UNDOABLE' }),
      { id: second, ok: true, executionId: expect.any(String), replayed: false },
      expect.objectContaining({ id: unknown, ok: false, code: 'EXECUTION_NOT_FOUND' }),
    ]);
    expect(await app.api.nextAction(one)).toMatchObject({ snoozedUntil: null });
    const stranger = await addUser(app, { role: 'operator', scopes: ['account/other'] });
    const foreign = await stranger.api
      .post('/api/next-actions/undo', { executionIds: [first] })
      .expect(200);
    expect(foreign.body.results).toMatchObject([{ ok: false, code: 'EXECUTION_NOT_FOUND' }]);
  });

  it('begin no further row after the client has left', async () => {
    const ids = await make(40);
    const url = new URL(`${app.url}/api/next-actions/execute`);
    const headers = {
      Authorization: `Bearer ${app.api.token}`,
      'Content-Type': 'application/json',
    };
    const client = request(url, { method: 'POST', headers });
    client.on('error', () => undefined);
    client.end(JSON.stringify({ actionKey: 'wait_for_test', ids }));
    await eventually('the rows begin', () => WaitForTestAction.begun > 0);
    const logged = app.logs().length;
    client.destroy();
    await eventually('the server notices', () =>
      app
        .logs()
        .slice(logged)
        .some((line) => JSON.stringify(line).includes('/api/next-actions/execute')),
    );
    const { begun } = WaitForTestAction;
    WaitForTestAction.released.open();
    const recorded = `SELECT FROM next_action_executions WHERE action_key = 'wait_for_test'`;
    await eventually(
      'the rows that began end',
      async () => (await app.rows(recorded)).length === begun,
    );
    expect(WaitForTestAction.begun).toBe(begun);
    expect(begun).toBeLessThan(10);
  });

  it('count their rows, all before the first runs', async () => {
    const limited = await createTestApp({ env: { BULK_LIMIT_PER_MINUTE: '5' } });
    const ids = await Promise.all(
      Array.from({ length: 4 }, async () => (await createNextAction(limited.api)).id),
    );
    const send = (actionKey: string, rows: string[]) =>
      limited.api.post('/api/next-actions/execute', { actionKey, ids: rows });
    const first = await send('snooze_1d', ids.slice(0, 3)).expect(200);
    expect(first.headers).toMatchObject({ 'ratelimit-limit': '5', 'ratelimit-remaining': '2' });
    const refused = await send('mark_done', ids).expect(429);
    expect(refused.headers).toMatchObject({ 'ratelimit-remaining': '2' });
    expect(refused.headers['retry-after']).toMatch(/^\d+$/);
    expect(refused.body).toMatchObject({ code: 'RATE_LIMITED' });
    expect(await limited.api.nextAction(ids[3]!)).toMatchObject({ status: 'queued' });
    await send('no_such_action', ids).expect(400);
    await limited.api
      .post('/api/next-actions/execute?preview=true', { actionKey: 'mark_done', ids: [ids[0]] })
      .expect(200);
    await limited.api.post('/api/next-actions/undo', { executionIds: [randomUUID()] }).expect(200);
    await send('mark_done', [ids[3]!]).expect(429);
    await limited.api.press(ids[3]!, 'mark_done').expect(200);
    await limited.close();
  });
});
