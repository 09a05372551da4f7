import { type Env } from '../../config/env.js';
import { dataSourceOptions, MigratingDataSource, type Schema } from './data-source.js';
import { awaitServer, type DatabaseAddress } from './await-server.js';
import { startErrorOf } from './start-failure.js';
import { type StartLogger } from './start-lock.js';

/** How long a start waits for another process that migrates, in ms. */
export const MIGRATION_WAIT_MS = 10 * 60_000;

const nothing = (): void => undefined;
/** Otherwise TypeORM would print an error that is thrown anyway. */
const SILENT = {
  log: nothing,
  logMigration: nothing,
  logQuery: nothing,
  logQueryError: nothing,
  logQuerySlow: nothing,
  logSchemaBuild: nothing,
};

/**
 * Waits for the server, checks that it can be used, and brings its schema to the newest version.
 * Returns the names of the migrations that ran. Throws StartError, which says what to do.
 */
export async function migrate(
  address: DatabaseAddress,
  env: Env,
  schema: Schema,
  logger: StartLogger,
): Promise<string[]> {
  await awaitServer(address, env.databaseWaitMs, logger);
  const options = { ...dataSourceOptions(address.url, env, schema), logger: SILENT };
  const dataSource = new MigratingDataSource(options, { logger, waitMs: MIGRATION_WAIT_MS });
  try {
    await dataSource.initialize();
    return (await dataSource.runMigrations()).map((migration) => migration.name);
  } catch (error) {
    throw startErrorOf(error, address);
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
  }
}
