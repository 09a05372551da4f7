import { DataSource, type DataSourceOptions, MigrationExecutor } from 'typeorm';
import { type Env } from '../../config/env.js';
import { StartError } from '../../config/start-error.js';
import { CONNECTION_WAIT_MS } from '../connections/connections.js';
import { PgClient } from '../connections/pg-client.js';
import { SnakeCaseNaming } from '../sql/snake-case-naming.js';
import { APPLICATION_NAME } from './own-connection.js';
import { MIGRATION_LOCK, type StartLockOptions, withStartLock } from './start-lock.js';

/** Options of a PostgreSQL data source. */
export type PostgresOptions = Extract<DataSourceOptions, { type: 'postgres' }>;

/** Entities and migrations: the lists of `src/schema.ts`. */
export interface Schema {
  readonly entities: NonNullable<DataSourceOptions['entities']>;
  readonly migrations: NonNullable<DataSourceOptions['migrations']>;
}

/** Data-source options of the running application, and of the migration CLI. */
export function dataSourceOptions(url: string, env: Env, schema: Schema): PostgresOptions {
  return {
    type: 'postgres',
    url,
    ...schema,
    synchronize: false,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    namingStrategy: new SnakeCaseNaming(),
    applicationName: APPLICATION_NAME,
    installExtensions: false,
    // The error of a lost connection reaches the code that uses it; the loss of an idle one needs no
    // handling.
    poolErrorHandler: () => undefined,
    extra: {
      Client: PgClient,
      preparedStatements: env.databasePreparedStatements,
      max: env.databasePoolSize,
      // Statements that are not awaited one by one share a round trip.
      pipeline: true,
      // A full pool answers 503 instead of letting requests hang.
      connectionTimeoutMillis: CONNECTION_WAIT_MS,
      keepAlive: true,
    },
  };
}

/**
 * A data source that migrates under a lock, so that replicas may start together and a deployment may run
 * the CLI meanwhile: the first migrates, the others wait and find nothing to do. Throws StartError when the
 * database has a migration that is not in this build: its statements were written for another schema, and
 * could write data that the newer version can't read.
 */
export class MigratingDataSource extends DataSource {
  constructor(
    options: PostgresOptions,
    private readonly lock: StartLockOptions,
  ) {
    super({ ...options, extra: { ...(options.extra as object), max: 3, pipeline: false } });
  }

  override runMigrations(
    ...args: Parameters<DataSource['runMigrations']>
  ): ReturnType<DataSource['runMigrations']> {
    return this.locked(() => super.runMigrations(...args));
  }

  override undoLastMigration(...args: Parameters<DataSource['undoLastMigration']>): Promise<void> {
    return this.locked(() => super.undoLastMigration(...args));
  }

  private locked<T>(work: () => Promise<T>): Promise<T> {
    const { url } = this.options as PostgresOptions;
    return withStartLock(url ?? '', MIGRATION_LOCK, this.lock, async () => {
      await this.refuseUnknownMigrations();
      return work();
    });
  }

  /** Under the lock: a newer version may have migrated while this start waited. */
  private async refuseUnknownMigrations(): Promise<void> {
    const known = new Set(this.migrations.map(({ name, constructor }) => name ?? constructor.name));
    const ran = await new MigrationExecutor(this).getExecutedMigrations();
    const unknown = ran.map(({ name }) => name).filter((name) => !known.has(name));
    if (unknown.length === 0) return;
    throw new StartError(
      `A newer version migrated this database (this version does not know ${unknown.join(', ')}): start that version or a later one, let it revert its migrations first (npm run migration:revert), or restore a backup from before.`,
    );
  }
}
