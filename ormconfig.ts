import { createLogger } from './src/logging/logger.js';
import { processEnv, readEnv } from './src/config/env.js';
import { dataSourceOptions, MigratingDataSource } from './src/database/start/data-source.js';
import { MIGRATION_WAIT_MS } from './src/database/start/migrate.js';
import { startEmbeddedPostgres } from './src/database/embedded/embedded-postgres.js';
import { schema } from './src/schema.js';

/** The data source of the migration CLI: DATABASE_URL, or the embedded server, joined if it runs. */
async function dataSource(): Promise<MigratingDataSource> {
  const env = readEnv(processEnv(), 'command');
  const url =
    env.databaseDirectUrl ??
    env.databaseUrl ??
    (await startEmbeddedPostgres({ dataDir: env.dataDir, attach: true })).url;
  const lock = { logger: createLogger(env.logLevel), waitMs: MIGRATION_WAIT_MS };
  return new MigratingDataSource(dataSourceOptions(url, env, schema), lock);
}

export default dataSource();
