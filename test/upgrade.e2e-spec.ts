import { schema } from '../src/schema.js';
import { createTestApp, OPERATOR, type TestApp } from './support/app.js';
import { type TestDatabase } from './support/database.js';
import { createOlderDatabase, olderDesk } from './support/older-database.js';
import { problems } from './support/problems.js';
import { ApiClient } from './support/requests.js';

/** The execution that closed it. */
const PRESS_OF_DONE = '01a2221b-1ead-7057-a5b9-17d78717da49';
const [DONE, SNOOZED, , , JOB, FAILED] = olderDesk().rows.next_best_actions!.map(({ id }) => id);

/** The idempotency keys of successful presses: NBA, action, and the execution of each. */
const KEYS: [key: string, id: unknown, actionKey: string, executionId: string][] = [
  ['key-done', DONE, 'mark_done', PRESS_OF_DONE],
  ['key-replayed', SNOOZED, 'snooze_1d', '01a2221b-1eb9-73f7-8498-1b6854f428ad'],
  ['key-job', JOB, 'retry_failed_deliveries', '01a2221b-1edd-76cd-8c62-609fce4f1e42'],
  ['key-suppress', FAILED, 'dont_suggest_again_30d', '01a2221b-3291-7308-8604-03c72a5f3ffc'],
];
const USED_KEYS = [...KEYS.map(([key, id]) => [key, id] as const), ['key-failed', FAILED] as const];

/** Tables that a desk keeps under their names. Keys and jobs may move: they are asked for over HTTP. */
const KEPT = [
  'users',
  'next_best_actions',
  'next_action_executions',
  'next_action_runs',
  'next_action_suppressions',
  'work_items',
  'score_snapshots',
  'score_events',
  'risk_flags',
  'ops_events',
];
const MAY_MOVE = ['idempotency_key', 'request_hash'];

describe('A start on the database of an earlier build', () => {
  const desk = olderDesk();
  let database: TestDatabase;
  let app: TestApp;
  beforeAll(async () => {
    database = await createOlderDatabase(desk);
    app = await createTestApp({ database });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  const pressWith = (key: string, id: unknown, actionKey: string) =>
    app.api.press(String(id), actionKey).set('Idempotency-Key', key);

  it('runs every later migration', async () => {
    const ran = await app.rows<{ name: string }>('SELECT name FROM migrations ORDER BY id');
    expect(ran.map(({ name }) => name)).toEqual(schema.migrations.map(({ name }) => name));
  });

  it.each(KEPT)('loses and changes no row of %s', async (table) => {
    const rows = desk.rows[table] ?? [];
    const columns = await app.rows<{ name: string }>(
      `SELECT attname AS name FROM pg_attribute
       WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attname = ANY ($2)`,
      [table, Object.keys(rows[0] ?? {}).filter((column) => !MAY_MOVE.includes(column))],
    );
    const of = (alias: string) => columns.map(({ name }) => `${alias}."${name}"`).join(', ');
    const lost = await app.rows(
      `SELECT older.* FROM jsonb_populate_recordset(NULL::${table}, $1) AS older
       WHERE NOT EXISTS (SELECT 1 FROM ${table} AS kept
         WHERE ROW(${of('kept')}) IS NOT DISTINCT FROM ROW(${of('older')}))`,
      [JSON.stringify(rows)],
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(lost).toEqual([]);
  });

  it('lets the users sign in', async () => {
    const { body } = await app.anonymous.post('/api/auth/login', OPERATOR).expect(200);
    const me = await new ApiClient(app.url, body.accessToken).get('/api/auth/me').expect(200);
    expect(me.body).toMatchObject({ id: desk.rows.users?.[0]?.id, email: OPERATOR.email });
  });

  it('shows every next best action, press and event', async () => {
    for (const nextAction of desk.rows.next_best_actions!) {
      const path = `/api/next-actions/${String(nextAction.id)}`;
      const { body } = await app.api.get(path).expect(200);
      expect(body).toMatchObject({
        title: nextAction.title,
        status: nextAction.status,
        score: nextAction.score,
        explanation: nextAction.explanation,
        lastExecutionStatus: nextAction.last_execution_status,
      });
      const presses = desk.rows.next_action_executions!.filter(
        (press) => press.next_action_id === nextAction.id,
      );
      const executions = await app.api.get(`${path}/executions`).expect(200);
      expect(executions.body.items).toEqual(
        presses.reverse().map((press) =>
          expect.objectContaining({
            id: press.id,
            actionKey: press.action_key,
            status: press.status,
            errorCode: press.error_code,
            errorMessage: press.error_message,
            meta: press.meta,
          }),
        ),
      );
    }
    const events = await app.api.get('/api/ops-events', { pageSize: 100 }).expect(200);
    expect((events.body.items as { id: string }[]).map(({ id }) => id)).toEqual(
      expect.arrayContaining(desk.rows.ops_events!.map(({ id }) => id)),
    );
  });

  it('keeps the record of a press that failed', async () => {
    const { body } = await app.api.get(`/api/next-actions/${String(FAILED)}/executions`);
    expect(body.items).toContainEqual(
      expect.objectContaining({
        id: '01a2221b-1ef6-7a44-b41c-04138584a8a2',
        actionKey: 'recompute_score',
        status: 'failed',
        errorCode: 'DATABASE_BUSY',
        errorMessage: 'canceling statement due to lock timeout',
      }),
    );
  });

  it('keeps the lead, its score and the job with its attempt', async () => {
    const scores = await app.api.get('/api/leads/lead-1/scores').expect(200);
    expect(scores.body.items).toEqual([expect.objectContaining({ score: 36, band: 'critical' })]);

    const [job] = desk.rows['pgboss.job']!;
    const { body } = await app.api.get(`/api/jobs/${String(job?.id)}`).expect(200);
    expect(body).toMatchObject({
      type: 'retry_failed_deliveries',
      state: 'completed',
      attempts: 1,
      tries: [expect.objectContaining({ attempt: 1, status: 'succeeded' })],
    });
  });

  it.each(KEYS)('answers %s with its execution', async (key, id, actionKey, executionId) => {
    const { body, headers } = await pressWith(key, id, actionKey).expect(200);
    expect(body).toEqual({ ok: true, executionId });
    expect(headers['idempotent-replayed']).toBe('true');
  });

  it.each(USED_KEYS)('refuses %s with another body', async (key, id) => {
    const { body } = await pressWith(key, id, 'dismiss').expect(422);
    expect(body).toEqual(problems.idempotencyKeyReused);
  });

  it('answers a press of what was closed before by the execution that closed it', async () => {
    const { body } = await app.api.press(String(DONE), 'mark_done').expect(200);
    expect(body.executionId).toBe(PRESS_OF_DONE);
  });

  it('takes new presses', async () => {
    const queued = desk.rows.next_best_actions!.find(({ origin }) => origin === 'rule');
    const first = await pressWith('key-after', queued?.id, 'mark_done').expect(200);
    const again = await pressWith('key-after', queued?.id, 'mark_done').expect(200);
    expect(again.body).toEqual(first.body);
    expect(again.headers['idempotent-replayed']).toBe('true');
  });
});

describe('The users of an earlier build', () => {
  const desk = olderDesk();
  const [first] = desk.rows.users!;
  /** In the order of their ids, which is not that of their creation. */
  const later = { ...first, role: 'operator', created_at: new Date().toISOString() };
  const users = [
    { ...later, id: '00000000-0000-7000-8000-000000000001', email: 'later@example.com' },
    first!,
    {
      ...later,
      id: 'f0000000-0000-7000-8000-000000000002',
      email: 'gone@example.com',
      disabled_at: new Date().toISOString(),
    },
  ];
  let database: TestDatabase;
  let app: TestApp;
  beforeAll(async () => {
    // An operator can have been the first one, too.
    const rows = { ...desk.rows, users: users.map((user) => ({ ...user, role: 'operator' })) };
    database = await createOlderDatabase({ ...desk, rows });
    app = await createTestApp({ database });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  const signedIn = async (email: string): Promise<ApiClient> => {
    const { body } = await app.anonymous
      .post('/api/auth/login', { ...OPERATOR, email })
      .expect(200);
    return new ApiClient(app.url, (body as { accessToken: string }).accessToken);
  };

  it('keep their roles, see all, and the first one is an administrator', async () => {
    const api = await signedIn(OPERATOR.email);
    const { body } = await api.get('/api/users').expect(200);
    expect(body.items).toMatchObject([
      { email: 'gone@example.com', role: 'operator', scopes: ['*'], disabled: true, name: 'gone' },
      { email: 'later@example.com', role: 'operator', scopes: ['*'], disabled: false },
      {
        email: OPERATOR.email,
        role: 'admin',
        scopes: ['*'],
        disabled: false,
        lastSignInAt: expect.any(String),
      },
    ]);
    await app.anonymous
      .post('/api/auth/login', { ...OPERATOR, email: 'gone@example.com' })
      .expect(401);
  });

  it('go on with the tokens that they have, and press what they pressed', async () => {
    // The client of a test has a token as that build issued it: without a session.
    await app.api.get('/api/auth/me').expect(200);
    const api = await signedIn('later@example.com');
    const all = { scope: '*', status: undefined, pageSize: 100 };
    const [own, others] = [
      await api.get('/api/next-actions', all).expect(200),
      await app.api.get('/api/next-actions', all).expect(200),
    ];
    expect(own.body).toEqual(others.body);
    await api.get('/api/users').expect(403);
    await api.press(String(SNOOZED), 'snooze_1d').expect(200);
  });

  it('are added to as on a new installation', async () => {
    const added = { email: 'new@example.com', password: 'nearly fifteen horses graze' };
    await app.api
      .post('/api/users', { ...added, role: 'viewer', scopes: ['account/acme'] })
      .expect(201);
    await app.anonymous.post('/api/auth/login', added).expect(200);
  });
});
