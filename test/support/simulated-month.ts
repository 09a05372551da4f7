import { type TestApp } from './app.js';
import { idAt } from './history.js';

/** What a desk leaves in a month, from `row`: an id of a time, the time, and a number. */
const LEFT: Readonly<Record<string, string>> = {
  ops_events: `(id, level, event_key, created_at) SELECT id, 'info', 'nba.upsert', time`,
  next_best_actions: `(id, title, priority, score, status, entity_type, entity_id, created_at, updated_at,
      closed_by_execution_id)
    SELECT id, 'Call', 'low', 1, CASE WHEN pressed THEN 'done' ELSE 'expired' END, 'account',
      'simulated', time, time, CASE WHEN pressed THEN id END`,
  next_action_executions: `(id, next_action_id, action_key, status, started_at, finished_at)
    SELECT id, id, 'mark_done', 'success', time, time`,
  idempotency_keys: `(actor_id, key, request_hash, execution_id, status, created_at)
    SELECT id, 'key', 'hash', id, 'success', time`,
  rate_limits: `(key, hits, expires_at) SELECT id::text, 1, time`,
  score_snapshots: `(id, subject, entity_type, entity_id, score, band, factors, reasons, computed_at)
    SELECT id, 'scope', 'account', 'simulated', n % 100, 'critical', '[]', '[]', time`,
  score_events: `(id, snapshot_id, transition, entity_type, entity_id, occurred_at)
    SELECT id, id, 'sharp_drop', 'account', 'simulated', time`,
  next_action_runs: `(id, run_key, entity_type, entity_id, created, updated, expired, ran_at)
    SELECT id, 'nba', 'account', 'simulated', 0, 0, 0, time`,
  next_action_suppressions: `(id, entity_type, entity_id, rule_key, suppressed_until)
    SELECT id, 'account', id::text, 'rule', time`,
  work_items: `(id, kind, external_id, entity_type, entity_id, state, is_open, priority, title,
      occurred_at, updated_at)
    SELECT id, 'reminder', id::text, 'account', 'simulated', 'done', false, 'low', 'Call', time, time`,
};

/** Inserts what a desk leaves in the month of a time: `count` rows in each table that grows. */
export async function insertMonth(app: TestApp, time: Date, count: number): Promise<void> {
  const ids = Array.from({ length: count }, () => idAt(time));
  for (const [table, insert] of Object.entries(LEFT)) {
    await app.rows(
      `INSERT INTO ${table} ${insert}
       FROM (SELECT id, $2::timestamptz AS time, n::int AS n, n % 2 = 0 AS pressed
             FROM unnest($1::uuid[]) WITH ORDINALITY AS made(id, n)) AS row`,
      [ids, time],
    );
  }
}

/** How many rows each of those tables has. */
export async function sizesOf(app: TestApp): Promise<Record<string, number>> {
  const counts = Object.keys(LEFT).map(
    (table) => `(SELECT count(*)::int FROM ${table}) AS ${table}`,
  );
  const [sizes] = await app.rows<Record<string, number>>(`SELECT ${counts.join(', ')}`);
  return sizes!;
}
