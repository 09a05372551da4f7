import { type Env } from '../config/env.js';
import { startEmbeddedPostgres } from '../database/embedded/embedded-postgres.js';
import { type ServerLogger } from '../database/embedded/server.keeper.js';
import { type StartLogger } from '../database/start/start-lock.js';
import { type ProcessLifecycle } from './process-lifecycle.js';

/** When a slow start of the embedded server is logged, and the interval after that, in ms. */
const LOG_AFTER_MS = 3000;
const LOG_EVERY_MS = 10_000;

/** The database of a process. */
export interface OpenedDatabase {
  /** Holds a password: never log it. */
  readonly url: string;
  /** Whether this start created the embedded database. */
  readonly firstStart: boolean;
}

/** How the embedded server is started. */
export interface OpenDatabaseOptions {
  /** Whether to use a server that another process of this application runs. */
  readonly attach: boolean;
  readonly logger: StartLogger & ServerLogger;
  readonly lifecycle: ProcessLifecycle;
}

/**
 * The address of the database: that of DATABASE_URL, or of the embedded server, which is started here and
 * ends with the process. Throws EmbeddedPostgresError.
 */
export async function openDatabase(
  env: Env,
  { attach, logger, lifecycle }: OpenDatabaseOptions,
): Promise<OpenedDatabase> {
  if (env.databaseUrl !== undefined) return { url: env.databaseUrl, firstStart: false };
  const { dataDir } = env;
  const starting = startEmbeddedPostgres({ dataDir, attach, logger, signal: lifecycle.stopping });
  lifecycle.onStop('the embedded PostgreSQL', async () => {
    const server = await starting.catch(() => undefined);
    await server?.stop();
  });
  const since = Date.now();
  const log = (): void => {
    logger.info({ dataDir, waitedMs: Date.now() - since }, 'waiting for the embedded PostgreSQL');
    timer = setTimeout(log, LOG_EVERY_MS).unref();
  };
  let timer = setTimeout(log, LOG_AFTER_MS).unref();
  try {
    const { url, firstStart } = await starting;
    return { url, firstStart };
  } finally {
    clearTimeout(timer);
  }
}
