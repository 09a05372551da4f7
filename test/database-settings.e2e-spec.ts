import { Client } from 'pg';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
} from '../src/next-actions/delivery/delivery-action.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';

/** Shows what its connection is set to. */
@DeliveryAction({ key: 'show_session', label: 'Show', dedupeWindowMs: 0 })
class ShowSessionAction implements DeliveryActionHandler {
  async run({ tx }: DeliveryContext): Promise<DeliveryOutcome> {
    const [session] = await tx.query({
      name: 'test_show_session',
      text: `SELECT current_setting('transaction_isolation') AS isolation,
        current_setting('lock_timeout') AS lock, current_setting('statement_timeout') AS statement,
        current_setting('idle_in_transaction_session_timeout') AS idle,
        current_setting('DateStyle') AS dates, current_setting('TimeZone') AS zone,
        (SELECT count(*)::int FROM pg_prepared_statements WHERE NOT from_sql) AS prepared`,
    });
    return { meta: { ...session } };
  }
}

async function alterDatabase(database: TestDatabase, setting: string): Promise<void> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    const name = new URL(database.url).pathname.slice(1);
    await client.query(`ALTER DATABASE ${name} SET ${setting}`);
  } finally {
    await client.end();
  }
}

/** What the story leaves behind, without ids and instants of this run. */
async function story({ api }: TestApp): Promise<object> {
  const item = await api
    .put('/api/work-items/retention_contact/zero-date', {
      state: 'open',
      title: 'The zero date of spreadsheets',
      dueAt: '1900-01-01T00:00:00Z',
      occurredAt: '2026-11-24T05:06:07.089Z',
    })
    .expect(201);
  const risk = await api.post('/api/risk/run-rules', {}).expect(200);
  const score = await api.post('/api/scores/compute', {}).expect(200);
  const run = await api.post('/api/next-actions/run', {}).expect(200);
  const { body: list } = await api.get('/api/next-actions?fields=full').expect(200);
  const [first] = list.items;
  await api.press(first.id, 'snooze_1d').expect(200);
  const { body: pressed } = await api.get(`/api/next-actions/${first.id}`).expect(200);
  expect(Date.parse(pressed.snoozedUntil) - Date.parse(pressed.lastExecutedAt)).toBeGreaterThan(
    23 * 3_600_000,
  );
  const { dueAt, occurredAt, createdAt } = item.body;
  expect(Math.abs(Date.now() - Date.parse(createdAt))).toBeLessThan(60_000);
  return {
    dueAt,
    occurredAt,
    risk: risk.body,
    score: score.body.score,
    run: { ...run.body, runKey: undefined },
    titles: list.items.map(({ title, score: rank }: { title: string; score: number }) => [
      title,
      rank,
    ]),
    evidence: first.explanation.evidence,
  };
}

describe('what a database sets for its sessions', () => {
  let plain: object;
  beforeAll(async () => {
    const app = await createTestApp({ env: { WORKER: 'false' } });
    plain = await story(app);
    await app.close();
  });

  it.each([
    [`datestyle = 'German'`],
    [`datestyle = 'SQL, MDY'`],
    [`timezone = 'Europe/Paris'`],
    [`timezone = 'Pacific/Kiritimati'`],
    [`default_transaction_isolation = 'serializable'`],
  ])('does not change an answer: %s', async (setting) => {
    const database = await createTestDatabase();
    await alterDatabase(database, setting);
    const app = await createTestApp({ database, env: { WORKER: 'false' } });
    try {
      expect(await story(app)).toEqual(plain);
    } finally {
      await app.close();
      await database.drop();
    }
  });

  it('does not change what a transaction is: its isolation, its time limits, its dates', async () => {
    const database = await createTestDatabase();
    await alterDatabase(database, `default_transaction_isolation = 'repeatable read'`);
    await alterDatabase(database, `datestyle = 'Postgres, DMY'`);
    const app = await createTestApp({
      database,
      providers: [ShowSessionAction],
      env: { LOCK_TIMEOUT_MS: '4321', STATEMENT_TIMEOUT_MS: '2345', WORKER: 'false' },
    });
    try {
      const { id } = await createNextAction(app.api);
      await app.api.press(id, 'show_session').expect(200);
      const { body } = await app.api.get(`/api/next-actions/${id}/executions`);
      expect(body.items[0].meta).toMatchObject({
        isolation: 'read committed',
        lock: '4321ms',
        statement: '10s',
        idle: '1min',
        dates: 'ISO, MDY',
        zone: 'UTC',
      });
      expect(body.items[0].meta.prepared).toBeGreaterThan(0);
      // Pushes of one item at once change the same row: under another isolation, they fail.
      const pushes = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          app.api.put('/api/work-items/reminder/same', { state: 'open', title: `push ${n}` }),
        ),
      );
      expect(pushes.map(({ status }) => status).sort()).toEqual([
        ...Array.from({ length: 19 }, () => 200),
        201,
      ]);
    } finally {
      await app.close();
      await database.drop();
    }
  });

  it('nor whether statements are prepared, which is a setting of ours', async () => {
    const app = await createTestApp({
      providers: [ShowSessionAction],
      env: { DATABASE_PREPARED_STATEMENTS: 'false', WORKER: 'false' },
    });
    const { id } = await createNextAction(app.api);
    await app.api.press(id, 'show_session').expect(200);
    const { body } = await app.api.get(`/api/next-actions/${id}/executions`);
    expect(body.items[0].meta.prepared).toBe(0);
    await app.close();
  });
});
