import { endsConnection, failureOfSqlState } from './sqlstates.js';

/** One example of every class of PostgreSQL's appendix A, and every code that differs from its class. */
const EXPECTED: readonly (readonly [string, string, ReturnType<typeof failureOfSqlState>])[] = [
  ['0A000', 'feature not supported', undefined],
  ['0A000', 'cached plan must not change result type', 'stale'],
  ['03000', 'sql_statement_not_yet_complete', undefined],
  ['08006', 'connection_failure', 'unavailable'],
  ['08P01', 'protocol_violation', 'unavailable'],
  ['21000', 'cardinality_violation', undefined],
  ['22001', 'string_data_right_truncation', 'refused'],
  ['22003', 'numeric_value_out_of_range', 'refused'],
  ['22007', 'invalid_datetime_format', 'refused'],
  ['22008', 'datetime_field_overflow', 'refused'],
  ['22012', 'division_by_zero', undefined],
  ['22021', 'character_not_in_repertoire', 'refused'],
  ['22P02', 'invalid_text_representation', 'refused'],
  ['22P05', 'untranslatable_character', 'refused'],
  ['23503', 'foreign_key_violation', undefined],
  ['23505', 'unique_violation', undefined],
  ['23514', 'check_violation', undefined],
  ['25001', 'active_sql_transaction', undefined],
  ['25006', 'read_only_sql_transaction', 'read_only'],
  ['25P02', 'in_failed_sql_transaction', undefined],
  ['25P03', 'idle_in_transaction_session_timeout', 'unavailable'],
  ['25P04', 'transaction_timeout', 'timeout'],
  ['26000', 'invalid_sql_statement_name', 'stale'],
  ['28000', 'invalid_authorization_specification', 'unavailable'],
  ['28P01', 'invalid_password', 'unavailable'],
  ['3D000', 'invalid_catalog_name', 'unavailable'],
  ['3F000', 'invalid_schema_name', undefined],
  ['40001', 'serialization_failure', 'retryable'],
  ['40002', 'transaction_integrity_constraint_violation', undefined],
  ['40003', 'statement_completion_unknown', 'unavailable'],
  ['40P01', 'deadlock_detected', 'retryable'],
  ['42501', 'insufficient_privilege', undefined],
  ['42601', 'syntax_error', undefined],
  ['42P01', 'undefined_table', undefined],
  ['42P05', 'duplicate_prepared_statement', 'stale'],
  ['53000', 'insufficient_resources', 'unavailable'],
  ['53100', 'disk_full', 'unavailable'],
  ['53200', 'out_of_memory', 'unavailable'],
  ['53300', 'too_many_connections', 'busy'],
  ['53400', 'configuration_limit_exceeded', 'unavailable'],
  ['54000', 'program_limit_exceeded', undefined],
  ['55000', 'object_not_in_prerequisite_state', 'unavailable'],
  ['55006', 'object_in_use', 'unavailable'],
  ['55P03', 'lock_not_available', 'busy'],
  ['57014', 'query_canceled', 'timeout'],
  ['57P01', 'admin_shutdown', 'unavailable'],
  ['57P02', 'crash_shutdown', 'unavailable'],
  ['57P03', 'cannot_connect_now', 'unavailable'],
  ['57P04', 'database_dropped', 'unavailable'],
  ['57P05', 'idle_session_timeout', 'stale'],
  ['58000', 'system_error', 'unavailable'],
  ['58030', 'io_error', 'unavailable'],
  ['72000', 'snapshot_too_old', 'retryable'],
  ['F0000', 'config_file_error', undefined],
  ['HV000', 'fdw_error', undefined],
  ['P0001', 'raise_exception', undefined],
  ['XX000', 'internal_error', 'unavailable'],
  ['XX001', 'data_corrupted', undefined],
  ['ENOENT', 'no SQLSTATE', undefined],
  ['EPERM', 'no SQLSTATE although of five letters', undefined],
];

describe('a SQLSTATE', () => {
  it.each(EXPECTED)('%s (%s) means %s', (code, message, failure) => {
    expect(failureOfSqlState(code, message)).toBe(failure);
  });

  it('closes its connection only if another one would work', () => {
    expect(['stale', 'read_only', 'unavailable'].every((f) => endsConnection(f as never))).toBe(
      true,
    );
    expect(
      ['retryable', 'busy', 'timeout', 'refused', undefined].some((f) =>
        endsConnection(f as never),
      ),
    ).toBe(false);
  });
});
