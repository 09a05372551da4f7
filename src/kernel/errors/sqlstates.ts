/**
 * Classifies every SQLSTATE by who has to act. Source: PostgreSQL documentation, appendix A (error codes),
 * and src/backend/utils/errcodes.txt; a class is the first two characters of a code.
 */

/**
 * What a failed statement means for the caller.
 *
 * Temporary, a 503 with Retry-After:
 * - `retryable`: the transaction lost a race and may run again as a whole;
 * - `busy`: no lock or connection was free in time;
 * - `timeout`: the statement ran past its time limit, or got no answer;
 * - `stale`: only this connection is unusable, a new one works;
 * - `read_only`: the server is a standby, or was set to read only;
 * - `unavailable`: the server is down, is shutting down, or has run out of a resource.
 *
 * The client's fault, a 400:
 * - `refused`: PostgreSQL can't hold a value that the client sent.
 *
 * Any other code is a bug: a 500.
 */
export type DatabaseFailure =
  'retryable' | 'busy' | 'timeout' | 'stale' | 'read_only' | 'unavailable' | 'refused';

/** Codes that differ from their class. */
const BY_CODE: Readonly<Record<string, DatabaseFailure>> = {
  // Values that validation can't check: they depend on the server's encoding and types.
  '22001': 'refused', // string_data_right_truncation
  '22003': 'refused', // numeric_value_out_of_range
  '22007': 'refused', // invalid_datetime_format
  '22008': 'refused', // datetime_field_overflow
  '22021': 'refused', // character_not_in_repertoire
  '22P02': 'refused', // invalid_text_representation
  '22P05': 'refused', // untranslatable_character

  '25006': 'read_only', // read_only_sql_transaction
  '25P03': 'unavailable', // idle_in_transaction_session_timeout
  '25P04': 'timeout', // transaction_timeout

  '26000': 'stale', // invalid_sql_statement_name: a prepared statement is gone
  '42P05': 'stale', // duplicate_prepared_statement: it is there already, by another client of a pooler
  '57P05': 'stale', // idle_session_timeout

  '3D000': 'unavailable', // invalid_catalog_name: the database is being replaced
  '40001': 'retryable', // serialization_failure
  '40P01': 'retryable', // deadlock_detected
  '40003': 'unavailable', // statement_completion_unknown
  '72000': 'retryable', // snapshot_too_old

  '53300': 'busy', // too_many_connections
  '55P03': 'busy', // lock_not_available
  '57014': 'timeout', // query_canceled
  XX000: 'unavailable', // internal_error, also of a pooler in front of the server
};

/** Classes of which every other code means the same. */
const BY_CLASS: Readonly<Record<string, DatabaseFailure>> = {
  '08': 'unavailable', // connection exception
  '28': 'unavailable', // invalid authorization: a password that is being changed
  '53': 'unavailable', // insufficient resources: disk full, out of memory
  '55': 'unavailable', // object not in prerequisite state
  '57': 'unavailable', // operator intervention: shutdown, crash, starting up
  '58': 'unavailable', // system error: input and output
};

/** 0A000 of a prepared statement whose table was altered: a new connection plans it again. */
const FEATURE_NOT_SUPPORTED = '0A000';
const CACHED_PLAN = 'cached plan must not change result type';

/**
 * What a SQLSTATE means; undefined if it is a bug. The message distinguishes one use of 0A000 from others.
 */
export function failureOfSqlState(code: string, message = ''): DatabaseFailure | undefined {
  if (!/^[0-9A-Z]{5}$/.test(code)) return undefined;
  if (code === FEATURE_NOT_SUPPORTED) return message.includes(CACHED_PLAN) ? 'stale' : undefined;
  return BY_CODE[code] ?? BY_CLASS[code.slice(0, 2)];
}

/** Failures after which a connection must not be used again. */
const ENDS_CONNECTION: ReadonlySet<DatabaseFailure> = new Set([
  'stale',
  'read_only',
  'unavailable',
]);

/** Whether the connection that a failure came from must be closed instead of released. */
export function endsConnection(failure: DatabaseFailure | undefined): boolean {
  return failure !== undefined && ENDS_CONNECTION.has(failure);
}
