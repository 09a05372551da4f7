import { databaseFailureOf } from './database-failure.js';
import { type DomainError, InvalidRequestError, UnavailableError } from './domain-error.js';

/** 503: no connection or lock was free in time. */
export function databaseBusy(cause?: unknown): UnavailableError {
  return new UnavailableError(
    'DATABASE_BUSY',
    'The database is busy with other requests. Try again shortly.',
    1,
    cause,
  );
}

/** 503: the server is not available, or the connection to it was lost. */
export function databaseUnavailable(cause?: unknown): UnavailableError {
  return new UnavailableError(
    'DATABASE_UNAVAILABLE',
    'The database is away. Try again shortly.',
    2,
    cause,
  );
}

/** The error that the client gets for a failure of the database; undefined for any other error. */
export function databaseErrorOf(thrown: unknown): DomainError | undefined {
  switch (databaseFailureOf(thrown)) {
    case 'refused':
      return new InvalidRequestError(
        'VALUE_NOT_STORABLE',
        'The database can not hold a value of this request: it is too large, or has a character that the encoding of the database lacks.',
        { cause: thrown },
      );
    case 'read_only':
      return new UnavailableError(
        'DATABASE_READ_ONLY',
        'The database takes no writes at the moment. Try again shortly.',
        2,
        thrown,
      );
    case 'stale':
    case 'unavailable':
      return databaseUnavailable(thrown);
    case 'busy':
      return databaseBusy(thrown);
    case 'retryable':
      return new UnavailableError(
        'DATABASE_CONTENTION',
        'Other requests changed the same rows. Try again shortly.',
        1,
        thrown,
      );
    case 'timeout':
      return new UnavailableError(
        'DATABASE_TIMEOUT',
        'The database did not answer in time. Try again shortly.',
        2,
        thrown,
      );
    case undefined:
      return undefined;
  }
}
