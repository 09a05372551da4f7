import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { readEnv } from '../src/config/env.js';
import { StartError } from '../src/config/start-error.js';
import { dataSourceOptions, MigratingDataSource } from '../src/database/start/data-source.js';
import { migrate } from '../src/database/start/migrate.js';
import { schema } from '../src/schema.js';
import { compiled } from './support/compiled.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { ServerProcess } from './support/server-process.js';

async function undoAll(dataSource: MigratingDataSource): Promise<void> {
  for (const migration of [...schema.migrations].reverse()) {
    expect(migration.name).toMatch(/\d{13}$/);
    await dataSource.undoLastMigration();
  }
}

describe('the migrations', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database.drop());
  const options = () => dataSourceOptions(database.url, readEnv({}), schema);
  const lock = { logger: { info: () => undefined }, waitMs: 20_000 };
  const start = () =>
    migrate({ url: database.url, setting: 'DATABASE_URL' }, readEnv({}), schema, lock.logger);

  it('run down and up again, and leave no difference to the entities', async () => {
    const dataSource = await new MigratingDataSource(options(), lock).initialize();
    try {
      await undoAll(dataSource);
      const tables = await dataSource.query(
        `SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations'`,
      );
      expect(tables).toEqual([]);
      expect(await dataSource.runMigrations()).toHaveLength(schema.migrations.length);
      const difference = await dataSource.driver.createSchemaBuilder().log();
      expect(difference.upQueries.map((query) => query.query)).toEqual([]);
    } finally {
      await dataSource.destroy();
    }
  });

  it('run once when replicas start together', async () => {
    const dataSource = await new MigratingDataSource(options(), lock).initialize();
    await undoAll(dataSource);
    await dataSource.destroy();
    const ran = await Promise.all([start(), start(), start()]);
    expect(ran.map((names) => names.length).sort()).toEqual([0, 0, schema.migrations.length]);
  });

  it('are all listed in src/schema.ts', () => {
    const files = readdirSync('migrations')
      .filter((file) => file.endsWith('.ts'))
      .map((file) => file.replace(/^(\d+)-(\w+)\.ts$/, '$2$1'));
    expect(schema.migrations.map((migration) => migration.name).sort()).toEqual(files.sort());
  });

  it('keep a version from starting on the database of a newer one', async () => {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query(
      `INSERT INTO migrations (timestamp, name) VALUES (9999000000000, 'AddTomorrow9999000000000')`,
    );
    await client.end();
    const sentence = /^A newer version migrated this database .*AddTomorrow9999000000000.*: start/;
    await expect(start()).rejects.toThrow(sentence);
    await expect(start()).rejects.toThrow(StartError);
    const dataSource = await new MigratingDataSource(options(), lock).initialize();
    await expect(dataSource.undoLastMigration()).rejects.toThrow(sentence);
    await dataSource.destroy();

    const server = ServerProcess.spawn(database.url);
    expect(await server.exit()).toBe(1);
    expect(server.log).toMatch(/^The server did not start. A newer version .*AddTomorrow9.*$/m);
  });

  it('run from the command line in production with no other setting than the database', async () => {
    const cli = ['node_modules/typeorm/cli.js', 'migration:run', '-d', compiled('ormconfig.ts')];
    const env = {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      DATABASE_URL: database.url,
      LOG_LEVEL: 'silent',
    };
    const { stdout } = await promisify(execFile)(process.execPath, cli, { env });
    expect(stdout).toContain('No migrations are pending');
  });

  it('leave nothing to do where the application runs on the same options', async () => {
    expect(await start()).toEqual([]);
    const dataSource = await new DataSource(options()).initialize();
    expect(dataSource.options.synchronize).toBe(false);
    await dataSource.destroy();
  });
});
