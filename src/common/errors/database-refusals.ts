import { UnavailableError } from './domain-error.js';

/** 503: no connection or lock could be had in time. */
export function databaseBusy(cause?: unknown): UnavailableError {
  return new UnavailableError(
    'DATABASE_BUSY',
    'The database is busy with other requests. Try again shortly.',
    1,
    cause,
  );
}

/** 503: the server is away, or a connection to it was lost. */
export function databaseUnavailable(cause?: unknown): UnavailableError {
  return new UnavailableError(
    'DATABASE_UNAVAILABLE',
    'The database is away. Try again shortly.',
    2,
    cause,
  );
}
