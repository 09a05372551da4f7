import { Pool } from 'pg';
import { type Logger } from 'pino';
import { type PostgresOptions } from './data-source.js';

/** A pool beside the main one, of at most `max` connections; whoever makes it ends it. */
export function ownPool(
  { url, applicationName, extra }: PostgresOptions,
  max: number,
  logger: Logger,
): Pool {
  const pool = new Pool({
    connectionString: url,
    application_name: applicationName,
    ...(extra as object),
    max,
    idleTimeoutMillis: 60_000,
  });
  pool.on('error', (error) => logger.debug({ err: error }, 'an idle connection was lost'));
  return pool;
}
