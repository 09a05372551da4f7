import { isNativeError } from 'node:util/types';
import { type DatabaseFailure, failureOfSqlState } from './sqlstates.js';

const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
]);

/**
 * Messages of the errors that pg and pg-pool raise without a code. Source: pg client.js, pg-pool index.js.
 */
const BY_MESSAGE: readonly (readonly [RegExp, DatabaseFailure])[] = [
  [
    /Connection terminated|connection error and is not queryable|Client was closed|Driver not Connected|Cannot use a pool after calling end/,
    'unavailable',
  ],
  [/^timeout exceeded when trying to connect$/, 'busy'],
  [/^timeout expired$/, 'unavailable'],
];

/** Classifies an error, or the error that it wraps, as a database failure; undefined if it is none. */
export function databaseFailureOf(error: unknown): DatabaseFailure | undefined {
  for (let current = error, depth = 0; isNativeError(current) && depth < 5; depth++) {
    if (current instanceof NoAnswerError) return 'timeout';
    const code = sqlStateOf(current);
    const message: unknown = current.message;
    const text = typeof message === 'string' ? message : '';
    if (code !== undefined) {
      const known = SOCKET_CODES.has(code) ? 'unavailable' : failureOfSqlState(code, text);
      if (known) return known;
    }
    const found = BY_MESSAGE.find(([pattern]) => pattern.test(text));
    if (found) return found[1];
    const { errors, driverError } = current as { errors?: unknown[]; driverError?: unknown };
    current = errors?.[0] ?? current.cause ?? driverError;
  }
  return undefined;
}

/** The server did not answer in time: its connection was closed, and others may be dead, too. */
export class NoAnswerError extends Error {
  constructor() {
    super('PostgreSQL did not answer in time.');
    this.name = 'NoAnswerError';
  }
}

/** SQLSTATE of a second row with the key of a unique index. */
export const UNIQUE_VIOLATION = '23505';

/** Whether a statement failed because a unique index or key of this name has the value already. */
export function isUniqueViolation(error: unknown, constraint: string): boolean {
  const named = error as { constraint?: unknown } | null | undefined;
  return sqlStateOf(error) === UNIQUE_VIOLATION && named?.constraint === constraint;
}

/** SQLSTATE of a statement in a transaction of which another statement has failed. */
export const IN_FAILED_TRANSACTION = '25P02';

/** The SQLSTATE or socket code on an error itself, such as `23505`. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
