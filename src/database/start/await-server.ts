import { setTimeout as delay } from 'node:timers/promises';
import { databaseFailureOf, sqlStateOf } from '../../kernel/errors/database-failure.js';
import { type DatabaseFailure } from '../../kernel/errors/sqlstates.js';
import { StartError } from '../../config/start-error.js';
import { PgClient } from '../connections/pg-client.js';
import { APPLICATION_NAME } from './own-connection.js';
import { placeOf, startErrorOf } from './start-failure.js';
import { type StartLogger } from './start-lock.js';

/** A server and where its address comes from. */
export interface DatabaseAddress {
  readonly url: string;
  /** Where it is configured: the key of a setting, or the name of the embedded server. */
  readonly setting: string;
}

/** Oldest server that is supported, as `server_version_num`. */
const OLDEST_SERVER = 140_000;
const POLL_MS = 500;
const CONNECT_LIMIT_MS = 5000;
const LOG_EVERY_MS = 5000;
/** When a server that does not answer is logged, in ms, before the attempt is given up. */
const SILENT_MS = 2000;

const LOOK = `
  SELECT current_setting('server_version_num')::int AS version,
    current_setting('transaction_read_only')::bool AS "readOnly"`;

/**
 * Waits until the server accepts connections and writes, at most `waitMs`: in a deployment, it often starts
 * at the same time as the application. Errors that waiting can't fix throw at once. Throws StartError.
 */
export async function awaitServer(
  address: DatabaseAddress,
  waitMs: number,
  logger: StartLogger,
): Promise<void> {
  const since = Date.now();
  let nextLog = since;
  const log = (code: string): void => {
    const now = Date.now();
    if (now < nextLog) return;
    nextLog = now + LOG_EVERY_MS;
    logger.info({ code, waitedMs: now - since }, `waiting for PostgreSQL at ${placeOf(address)}`);
  };
  for (;;) {
    const silent = setTimeout(() => log('no answer yet'), SILENT_MS);
    const limitMs = Math.min(CONNECT_LIMIT_MS, Math.max(waitMs, POLL_MS));
    const failure = await look(address, limitMs).finally(() => clearTimeout(silent));
    if (failure === undefined) return;
    if (!isStarting(failure) || Date.now() - since >= waitMs) {
      throw startErrorOf(failure, address, waitMs);
    }
    log(sqlStateOf(failure) ?? (failure as Error).message);
    await delay(Math.min(POLL_MS, waitMs));
  }
}

/** Why the server can't be used now; undefined if it can. */
async function look(address: DatabaseAddress, limitMs: number): Promise<unknown> {
  let client: PgClient | undefined;
  try {
    client = new PgClient({
      connectionString: address.url,
      connectionTimeoutMillis: limitMs,
      application_name: `${APPLICATION_NAME} start`,
    });
    await client.connect();
    // A pooler accepts the connection and does not answer while its server is down.
    const { rows } = await client.answerWithin(
      limitMs,
      client.query<{ version: number; readOnly: boolean }>(LOOK),
    );
    const [server] = rows;
    if ((server?.version ?? 0) < OLDEST_SERVER) {
      return new StartError(
        `The PostgreSQL server that ${address.setting} names is too old: version 14 or newer is needed.`,
      );
    }
    if (server?.readOnly) return new ReadOnlyServerError();
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await client?.end().catch(() => undefined);
  }
}

/** The server accepts connections but no writes: a standby, or one that was set to read only. */
class ReadOnlyServerError extends Error {
  readonly code = '25006';
}

const PASSING = new Set<DatabaseFailure>(['unavailable', 'busy', 'read_only', 'timeout']);

/** Temporary states while a server or container starts, or during a failover. */
function isStarting(failure: unknown): boolean {
  const code = sqlStateOf(failure);
  if (code === 'ENOTFOUND' || code?.startsWith('28') || code === '3D000') return false;
  const known = databaseFailureOf(failure);
  return known !== undefined && PASSING.has(known);
}
