import { DataSource, type DataSourceOptions, DefaultNamingStrategy } from 'typeorm';
import { type Env } from '../config/env.js';

/** Options of a PostgreSQL data source. */
export type PostgresOptions = Extract<DataSourceOptions, { type: 'postgres' }>;

/** What the schema is made of: the lists of `src/schema.ts`. */
export interface Schema {
  readonly entities: NonNullable<DataSourceOptions['entities']>;
  readonly migrations: NonNullable<DataSourceOptions['migrations']>;
}

/** camelCase properties as snake_case columns. */
class SnakeCaseNaming extends DefaultNamingStrategy {
  override columnName(property: string, custom: string | undefined, prefixes: string[]): string {
    return snakeCase(prefixes.concat(custom ?? property).join('_'));
  }
  override joinColumnName(relation: string, referenced: string): string {
    return snakeCase(`${relation}_${referenced}`);
  }
}

function snakeCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
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
    applicationName: 'next-best-actions',
    installExtensions: false,
    extra: {
      max: env.databasePoolSize,
      // Statements that are not awaited one by one share a round trip.
      pipeline: true,
      // A full pool answers 503 instead of letting requests hang.
      connectionTimeoutMillis: 5000,
      keepAlive: true,
      statement_timeout: env.statementTimeoutMs,
      lock_timeout: env.lockTimeoutMs,
      idle_in_transaction_session_timeout: 60_000,
    },
  };
}

/** Advisory lock that lets one process migrate at a time: the bytes of "nbam". */
const MIGRATION_LOCK = 0x6e62616d;

/**
 * A data source that migrates under an advisory lock, so that replicas may start together and a
 * deployment may run the CLI meanwhile: the first migrates, the others wait and find nothing to do.
 */
export class MigratingDataSource extends DataSource {
  constructor(options: PostgresOptions) {
    const extra = {
      ...(options.extra as object),
      max: 3,
      pipeline: false,
      statement_timeout: 0,
      lock_timeout: 0,
    };
    super({ ...options, extra });
  }

  override runMigrations(
    ...args: Parameters<DataSource['runMigrations']>
  ): ReturnType<DataSource['runMigrations']> {
    return this.locked(() => super.runMigrations(...args));
  }

  override undoLastMigration(...args: Parameters<DataSource['undoLastMigration']>): Promise<void> {
    return this.locked(() => super.undoLastMigration(...args));
  }

  /** The lock belongs to the connection, so a killed process releases it. */
  private async locked<T>(work: () => Promise<T>): Promise<T> {
    const runner = this.createQueryRunner();
    try {
      await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
      return await work();
    } finally {
      await runner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined);
      await runner.release();
    }
  }
}

/** Oldest server that is supported, as `server_version_num`. */
const OLDEST_SERVER = 140_000;

/** Brings a database to the newest schema; returns the names of the migrations that ran. */
export async function migrate(options: PostgresOptions): Promise<string[]> {
  const dataSource = await new MigratingDataSource(options).initialize();
  try {
    const [row] = await dataSource.query<{ version: number }[]>(
      `SELECT current_setting('server_version_num')::int AS version`,
    );
    if ((row?.version ?? 0) < OLDEST_SERVER) {
      throw new Error(
        'The PostgreSQL server behind DATABASE_URL is too old: version 14 or newer is needed.',
      );
    }
    return (await dataSource.runMigrations()).map((migration) => migration.name);
  } finally {
    await dataSource.destroy();
  }
}
