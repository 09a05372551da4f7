import { type TestApp } from './app.js';

/** How many statements in the application's database wait for a lock. */
export async function waitingForLocks(app: TestApp): Promise<number> {
  const [row] = await app.rows<{ waiting: number }>(
    `SELECT count(*)::int AS waiting FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return row?.waiting ?? 0;
}
