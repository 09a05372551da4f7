import { PgClient } from '../connections/pg-client.js';

/** The name by which PostgreSQL shows our connections. */
export const APPLICATION_NAME = 'next-best-actions';

/** Longest wait for a connection, in ms. No request waits for it, and a busy machine may take seconds. */
const CONNECT_LIMIT_MS = 15_000;

/**
 * Does work over a connection of its own, outside the pool, and closes it. `name` says in pg_stat_activity
 * what it is for.
 */
export async function onOwnConnection<T>(
  url: string,
  name: string,
  work: (client: PgClient) => Promise<T>,
): Promise<T> {
  const client = new PgClient({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    application_name: `${APPLICATION_NAME} ${name}`,
  });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
