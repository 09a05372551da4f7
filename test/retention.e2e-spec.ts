import { uuidv7 } from 'uuidv7';
import { Retention, type RetentionOutcome } from '../src/database/retention/retention.js';
import { monthOf } from '../src/database/retention/months.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction, createWorkItem } from './support/builders.js';
import { freshScope } from './support/desk.js';
import { daysAgo, idAt, partitionNames, PARTITIONED } from './support/history.js';
import { insertMonth, sizesOf } from './support/simulated-month.js';

const countOf = (outcomes: readonly RetentionOutcome[], table: string): number | undefined =>
  outcomes.find(({ name }) => name === table)?.count;

jest.setTimeout(120_000);

const SETTINGS = {
  RETAIN_EVENTS_DAYS: '95',
  RETAIN_EXECUTIONS_DAYS: '62',
  RETAIN_SCORES_DAYS: '110',
};

/** What is there after each of the last months, of ten rows a month, and how many partitions. */
const LEVEL = {
  ops_events: 40,
  next_action_executions: 30,
  next_best_actions: 130,
  idempotency_keys: 10,
  rate_limits: 10,
  score_snapshots: 40,
  score_events: 40,
  next_action_runs: 30,
  next_action_suppressions: 10,
  work_items: 130,
  executions: 6,
  events: 7,
};

describe('Retention', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app.close());
  const run = async () => app.get(Retention).run({ waitMs: 20_000 });
  const ids = async (table: string) =>
    (await app.rows<{ id: string }>(`SELECT id FROM ${table}`)).map(({ id }) => id);

  /** A snapshot of a score, computed so many days ago. */
  const snapshot = async (
    days: number,
    values: { scope?: { entityId: string }; leadId?: string; confirmedDays?: number },
  ): Promise<string> => {
    const id = idAt(daysAgo(days));
    const { confirmedDays, leadId = null, scope = { entityId: 'lead' } } = values;
    await app.rows(
      `INSERT INTO score_snapshots (id, subject, lead_id, entity_type, entity_id, score, band,
         factors, reasons, computed_at, confirmed_at)
       VALUES ($1, $2, $3, 'account', $4, 50, 'warning', '[]', '[]', $5, $6)`,
      [
        id,
        leadId === null ? 'scope' : 'lead',
        leadId,
        scope.entityId,
        daysAgo(days),
        confirmedDays === undefined ? null : daysAgo(confirmedDays),
      ],
    );
    return id;
  };

  it('deletes old snapshots, but never the newest of a scope or a lead', async () => {
    const [left, quiet] = [freshScope(), freshScope()];
    const { id: leadId } = await createWorkItem(app.api, { kind: 'intake_lead' });
    const older = [
      await snapshot(500, { scope: left }),
      await snapshot(401, { scope: left }),
      await snapshot(450, { scope: quiet }),
      await snapshot(500, { leadId }),
    ];
    const kept = [
      await snapshot(399, { scope: left }),
      await snapshot(440, { scope: quiet }),
      await snapshot(420, { leadId }),
      await snapshot(460, { scope: left, confirmedDays: 300 }),
    ];
    expect(countOf(await run(), 'score_snapshots')).toBe(older.length);
    const found = await ids('score_snapshots');
    expect(found).toEqual(expect.arrayContaining(kept));
    expect(found.filter((id) => older.includes(id))).toEqual([]);
    const { body } = await app.api.get(`/api/scores/account/${encodeURIComponent(quiet.entityId)}`);
    expect(body.latest).toMatchObject({ id: kept[1] });
  });

  it('deletes closed actions that nobody pressed, and no other', async () => {
    const past = daysAgo(401);
    const nba = async (status: string, updated = past): Promise<string> => {
      const id = idAt(past);
      await app.rows(
        `INSERT INTO next_best_actions (id, title, priority, score, entity_type, entity_id, status,
           created_at, updated_at) VALUES ($1, 'Call', 'low', 1, 'account', 'old', $2, $3, $4)`,
        [id, status, past, updated],
      );
      return id;
    };
    const gone = [await nba('expired'), await nba('dismissed'), await nba('done')];
    const kept = [await nba('queued'), await nba('expired', daysAgo(399))];
    const pressed = await nba('queued');
    await app.api.press(pressed, 'mark_done').expect(200);
    const expiredAfterPress = await nba('queued');
    await app.api.press(expiredAfterPress, 'recompute_score').expect(200);
    const close = `UPDATE next_best_actions SET status = 'expired' WHERE id = $1`;
    await app.rows(close, [expiredAfterPress]);
    const age = 'UPDATE next_best_actions SET updated_at = $2 WHERE id = ANY ($1)';
    await app.rows(age, [[pressed, expiredAfterPress], past]);

    expect(countOf(await run(), 'next_best_actions')).toBe(gone.length);
    const found = await ids('next_best_actions');
    expect(found.sort()).toEqual([...kept, pressed, expiredAfterPress].sort());
    const executions = await app.api.get(`/api/next-actions/${pressed}/executions`).expect(200);
    expect(executions.body.items).toHaveLength(1);
  });

  it('deletes closed work items with their scores, ended suppressions and old runs', async () => {
    const scope = freshScope();
    const item = async (state: string) => {
      const { externalId } = await createWorkItem(app.api, {
        ...scope,
        kind: 'intake_lead',
        state,
      });
      const id = idAt(daysAgo(401));
      await app.rows(`UPDATE work_items SET id = $2, updated_at = $3 WHERE external_id = $1`, [
        externalId,
        id,
        daysAgo(401),
      ]);
      return id;
    };
    const [closed, open] = [await item('converted'), await item('qualified')];
    await snapshot(1, { leadId: closed });
    for (const [rule, days] of [
      ['ended', 2],
      ['goes_on', -2],
    ] as const) {
      await app.rows(
        `INSERT INTO next_action_suppressions (entity_type, entity_id, rule_key, suppressed_until)
         VALUES ('account', $1, $2, $3)`,
        [scope.entityId, rule, daysAgo(days)],
      );
    }
    for (const days of [200, 100, 95]) {
      await app.rows(
        `INSERT INTO next_action_runs (id, run_key, entity_type, entity_id, created, updated, expired, ran_at)
         VALUES ($1, 'nba', 'account', $2, 0, 0, 0, $3)`,
        [idAt(daysAgo(days)), scope.entityId, daysAgo(days)],
      );
    }
    const outcomes = await run();
    expect(countOf(outcomes, 'work_items')).toBe(1);
    expect(countOf(outcomes, 'next_action_suppressions')).toBe(1);
    expect(countOf(outcomes, 'next_action_runs')).toBe(2);
    expect(await ids('work_items')).toContain(open);
    const scores = 'SELECT 1 FROM score_snapshots WHERE lead_id = $1';
    expect(await app.rows(scores, [closed])).toEqual([]);
    expect(await app.rows('SELECT rule_key FROM next_action_suppressions')).toEqual([
      { rule_key: 'goes_on' },
    ]);
  });

  it('deletes what lives shortly every minute, in batches, also by several processes', async () => {
    await app.rows(
      `INSERT INTO idempotency_keys (actor_id, key, request_hash, execution_id, status, created_at)
       SELECT $1, 'old ' || n, 'hash', $1, 'success', now() - interval '31 days'
       FROM generate_series(1, 2500) n`,
      [uuidv7()],
    );
    await app.rows(
      `INSERT INTO rate_limits (key, hits, expires_at)
       VALUES ('old', 1, now() - interval '11 minutes'), ('new', 1, now() - interval '9 minutes')`,
    );
    const runs = await Promise.all([1, 2, 3].map(() => app.get(Retention).runOften()));
    const total = (table: string) =>
      runs.reduce((sum, outcomes) => sum + (countOf(outcomes, table) ?? 0), 0);
    expect([total('idempotency_keys'), total('rate_limits')]).toEqual([2500, 1]);
    const left = `SELECT key FROM rate_limits WHERE key IN ('old', 'new')`;
    expect(await app.rows(left)).toEqual([{ key: 'new' }]);
  });

  it('deletes the sessions that ended a day ago', async () => {
    await app.rows('DELETE FROM sessions');
    await app.rows(
      `INSERT INTO sessions (id, user_id, token_hash, expires_at, last_used_at)
       SELECT gen_random_uuid(), users.id, sha256(ended.at::text::bytea), ended.at, ended.at
       FROM users, unnest($1::timestamptz[]) AS ended (at)`,
      [[daysAgo(2), daysAgo(1.1), daysAgo(0.9), daysAgo(-1)]],
    );
    await run();
    expect(await app.rows('SELECT FROM sessions')).toHaveLength(2);
  });

  it('shows what would go, and changes nothing', async () => {
    const scope = freshScope();
    for (const days of [500, 450, 1]) await snapshot(days, { scope });
    const before = await ids('score_snapshots');
    const preview = await app.get(Retention).preview();
    expect(countOf(preview, 'score_snapshots')).toBe(2);
    expect(await ids('score_snapshots')).toEqual(before);
    expect(countOf(await run(), 'score_snapshots')).toBe(2);
  });

  it('goes on with the other tables after one failed, and says why', async () => {
    const scope = freshScope();
    for (const days of [500, 1]) await snapshot(days, { scope });
    await app.rows('ALTER TABLE score_events RENAME TO score_events_away');
    try {
      const outcomes = await run();
      expect(outcomes.find(({ name }) => name === 'score_events')).toMatchObject({
        count: 0,
        failure: expect.stringContaining('score_events'),
      });
      expect(countOf(outcomes, 'score_snapshots')).toBe(1);
    } finally {
      await app.rows('ALTER TABLE score_events_away RENAME TO score_events');
    }
  });

  it('ends at a signal', async () => {
    const stop = new AbortController();
    stop.abort();
    const stopped = app.get(Retention).run({ waitMs: 0, signal: stop.signal });
    await expect(stopped).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  });

  it('keeps executions for ever, unless told otherwise', async () => {
    const { id } = await createNextAction(app.api);
    await app.api.press(id, 'mark_done').expect(200);
    const later = monthOf(new Date(), 11).begin;
    const outcomes = await app.get(Retention).run({ now: later, waitMs: 20_000 });
    expect(countOf(outcomes, 'next_action_executions')).toBe(0);
    expect(countOf(outcomes, 'ops_events')).toBeGreaterThan(0);
    expect((await app.api.get(`/api/next-actions/${id}/executions`)).body.items).toHaveLength(1);
  });
});

describe('Retention over many months', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await createTestApp({ env: SETTINGS });
  });
  afterEach(() => app.close());
  const partitionsOf = async (table: string) =>
    (await partitionNames((sql) => app.rows(sql), table)).length;
  /** The 21st of a month from this one on. */
  const dayOf = (month: number) => daysAgo(-20, monthOf(new Date(), month).begin);

  it('keeps the sizes of all tables level, with ids and partitions of eighteen months', async () => {
    const sizes: Record<string, number>[] = [];
    for (let month = 0; month < 18; month += 1) {
      const now = dayOf(month);
      const outcomes = await app.get(Retention).run({ now, waitMs: 20_000 });
      expect(outcomes.filter(({ failure }) => failure !== undefined)).toEqual([]);
      // Ten days before the run, so that no age depends on the lengths of months.
      await insertMonth(app, daysAgo(10, now), 10);
      const [executions, events] = await Promise.all(PARTITIONED.map(partitionsOf));
      sizes.push({ ...(await sizesOf(app)), executions: executions!, events: events! });
    }
    const last = sizes.slice(-4);
    expect(last).toEqual(last.map(() => LEVEL));
  });

  it('drops each partition and deletes each row once, when two processes run it at once', async () => {
    const other = await createTestApp({ env: SETTINGS, database: app.database });
    try {
      for (const month of [0, 1, 2]) await insertMonth(app, daysAgo(10, dayOf(month)), 700);
      const now = dayOf(20);
      const runs = await Promise.all(
        [app, other].map((each) => each.get(Retention).run({ now, waitMs: 20_000 })),
      );
      const total = (table: string) => runs.map((outcomes) => countOf(outcomes, table)).sort();
      expect(runs.flat().filter(({ failure }) => failure !== undefined)).toEqual([]);
      for (const table of PARTITIONED) expect(total(table)).toEqual([0, 13]);
      for (const table of ['idempotency_keys', 'work_items', 'next_best_actions']) {
        expect(total(table)).toEqual([0, 2100]);
      }
      expect(total('score_snapshots')).toEqual([0, 2099]);
    } finally {
      await other.close();
    }
  });
});
