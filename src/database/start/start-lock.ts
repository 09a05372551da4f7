import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from '../../config/start-error.js';
import { type PgClient } from '../connections/pg-client.js';
import { onOwnConnection } from './own-connection.js';

/** What only one process at a time may do to a database. */
export interface StartLock {
  /** Key of the advisory lock. */
  readonly key: number;
  /** What its holder does, for the log of those who wait. */
  readonly purpose: string;
}

/** Brings the schema to the newest version: the bytes of "nbam". */
export const MIGRATION_LOCK: StartLock = { key: 0x6e62616d, purpose: 'migrates the database' };

/** Another process held the lock for longer than one would wait for it. */
export class StartLockTakenError extends StartError {}

/** Log for what the start waits for. */
export interface StartLogger {
  info(details: object, message: string): void;
}

/** How to wait for a lock. */
export interface StartLockOptions {
  readonly logger: StartLogger;
  /** Longest wait, in ms; a migration of a large table may take minutes. */
  readonly waitMs: number;
  /** Ends the wait with an AbortError. */
  readonly signal?: AbortSignal;
}

/** Longest wait for an answer to the statements here, none of which waits for a lock. */
const ANSWER_LIMIT_MS = 10_000;
const POLL_MS = 200;
/** When a wait is logged first, and the interval after that. */
const LOG_AFTER_MS = 1000;
const LOG_EVERY_MS = 10_000;

/** The transaction idles while the work is done; PostgreSQL 17 can also limit a transaction as a whole. */
const BEGIN = `BEGIN ISOLATION LEVEL READ COMMITTED;
  SET LOCAL idle_in_transaction_session_timeout = 0;
  SELECT set_config(name, '0', true) FROM pg_settings WHERE name = 'transaction_timeout'`;
/**
 * Without a parameter: pg then uses the simple protocol, which leaves no portal open. A portal would keep its
 * snapshot until the end of this transaction, and CREATE INDEX CONCURRENTLY under the lock would wait for it.
 */
const tryLock = (key: number): string => `SELECT pg_try_advisory_xact_lock(${key}) AS taken`;
/** pg_locks shows a lock by one bigint as its high and its low half, with the sub-id 1. */
const HOLDER = `
  SELECT pid FROM pg_locks
  WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND classid = 0 AND objid = $1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

/**
 * Does work while no other process holds the same lock. It is a transaction-level lock, and the transaction
 * stays open: PgBouncer in transaction mode would leave a session-level lock on one of its server
 * connections, where nothing releases it. The lock ends when its process ends for whatever reason. Throws
 * StartError if the lock is not free in time.
 */
export async function withStartLock<T>(
  url: string,
  lock: StartLock,
  options: StartLockOptions,
  work: () => Promise<T>,
): Promise<T> {
  return onOwnConnection(url, `lock: ${lock.purpose}`, async (client) => {
    await client.answerWithin(ANSWER_LIMIT_MS, client.query(BEGIN));
    await take(client, lock, options);
    const result = await work();
    await client.query('COMMIT');
    return result;
  });
}

async function take(
  client: PgClient,
  { key, purpose }: StartLock,
  { logger, waitMs, signal }: StartLockOptions,
): Promise<void> {
  const since = Date.now();
  let nextLog = since + LOG_AFTER_MS;
  for (;;) {
    const { rows } = await client.answerWithin(
      ANSWER_LIMIT_MS,
      client.query<{ taken: boolean }>(tryLock(key)),
    );
    if (rows[0]?.taken === true) return;
    const now = Date.now();
    if (now - since > waitMs) {
      throw new StartLockTakenError(
        `Another process ${purpose} (${await holder(client, key)}) and did not end within ${Math.round(waitMs / 1000)} s: wait for it, or end it if it hangs, and start again.`,
      );
    }
    if (now > nextLog) {
      nextLog = now + LOG_EVERY_MS;
      const waitedMs = now - since;
      logger.info(
        { waitedMs, holder: await holder(client, key) },
        `waiting: another process ${purpose}`,
      );
    }
    await delay(POLL_MS, undefined, { signal });
  }
}

/** The holder of the lock, as pg_stat_activity shows it. */
async function holder(client: PgClient, key: number): Promise<string> {
  const { rows } = await client.answerWithin(
    ANSWER_LIMIT_MS,
    client.query<{ pid: number }>(HOLDER, [key]),
  );
  return rows[0] ? `PostgreSQL process ${rows[0].pid}` : 'unknown';
}
