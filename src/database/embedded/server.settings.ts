/** Tuned for a machine with 2 cores and 2 GB; nothing here reduces durability. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
  max_connections: '200',
  shared_buffers: '128MB',
  wal_compression: 'on',
  max_wal_size: '512MB',
  jit: 'off', // Costs more than it saves on short statements.
  timezone: 'UTC',
  log_timezone: 'UTC',
  // An error's text, statement and detail quote values of rows: the application logs its own errors,
  // redacted, and this log has only messages about the server.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
} as const;

const DURABLE = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' } as const;
const FOR_TESTS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } as const;

/** The server's command line settings; the caller's come last and so win. */
export function settingArguments(
  port: number,
  durable: boolean,
  extra: Readonly<Record<string, string>>,
): string[] {
  const all = { ...SETTINGS, ...(durable ? DURABLE : FOR_TESTS), ...extra, port: String(port) };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
