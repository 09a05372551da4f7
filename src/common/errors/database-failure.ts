import { isNativeError } from 'node:util/types';

/**
 * What a failed statement means for the caller:
 * `retryable` the transaction lost a race (serialization failure, deadlock) and may run again;
 * `busy` a lock or the pool was held for too long; `unavailable` the server is away or going away;
 * `timeout` the statement ran past its time limit.
 */
export type DatabaseFailure = 'retryable' | 'busy' | 'unavailable' | 'timeout';

const BY_SQLSTATE: Readonly<Record<string, DatabaseFailure>> = {
  '40001': 'retryable', // serialization_failure
  '40P01': 'retryable', // deadlock_detected
  '55P03': 'busy', // lock_not_available
  '53300': 'busy', // too_many_connections
  '57014': 'timeout', // query_canceled
  '57P01': 'unavailable', // admin_shutdown
  '57P02': 'unavailable', // crash_shutdown
  '57P03': 'unavailable', // cannot_connect_now
  '25P03': 'unavailable', // idle_in_transaction_session_timeout
};

const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EAI_AGAIN',
]);

/** Words of the errors that pg and pg-pool raise without a code. Source: pg client.js, pg-pool index.js. */
const UNAVAILABLE_MESSAGE =
  /Connection terminated|connection error and is not queryable|Client was closed|Driver not Connected|Cannot use a pool after calling end/;
const BUSY_MESSAGE = 'timeout exceeded when trying to connect';

/** Reads an error, or the error that it wraps, as a database failure; undefined if it is none. */
export function databaseFailureOf(error: unknown): DatabaseFailure | undefined {
  for (let current = error, depth = 0; isNativeError(current) && depth < 5; depth++) {
    const code = sqlStateOf(current);
    if (code !== undefined) {
      const known = BY_SQLSTATE[code];
      if (known) return known;
      if (code.startsWith('08')) return 'unavailable'; // connection_exception
      if (SOCKET_CODES.has(code)) return 'unavailable';
    }
    const message: unknown = current.message;
    if (typeof message === 'string') {
      if (UNAVAILABLE_MESSAGE.test(message)) return 'unavailable';
      if (message.includes(BUSY_MESSAGE)) return 'busy';
    }
    const { errors, driverError } = current as { errors?: unknown[]; driverError?: unknown };
    current = errors?.[0] ?? current.cause ?? driverError;
  }
  return undefined;
}

/** SQLSTATE of a second row with the key of a unique index. */
export const UNIQUE_VIOLATION = '23505';

/** The SQLSTATE or socket code on an error itself, such as `23505`. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
