import { DataSource } from 'typeorm';
import { readEnv } from '../src/config/env.js';
import { dataSourceOptions, migrate } from '../src/database/data-source.js';
import { schema } from '../src/schema.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';

describe('the schema', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    const options = dataSourceOptions(database.url, readEnv({}), schema);
    dataSource = await new DataSource(options).initialize();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('is what the entities say', async () => {
    const drift = await dataSource.driver.createSchemaBuilder().log();
    expect(drift.upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('goes down to nothing, and up again to the same', async () => {
    const before = await described(dataSource);
    for (let left = schema.migrations.length; left > 0; left--)
      await dataSource.undoLastMigration();
    expect(await described(dataSource)).toEqual([]);
    await migrate(dataSourceOptions(database.url, readEnv({}), schema));
    expect(await described(dataSource)).toEqual(before);
  });
});

/** Every column, index and constraint, as the server tells them. */
async function described(dataSource: DataSource): Promise<unknown[]> {
  return dataSource.query(`
    SELECT 'column' AS what, table_name AS name, column_name || ' ' || data_type AS definition
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'migrations'
    UNION ALL
    SELECT 'index', indexname, indexdef FROM pg_indexes
    WHERE schemaname = 'public' AND tablename <> 'migrations'
    UNION ALL
    SELECT 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid <> 'migrations'::regclass
    ORDER BY 1, 2, 3`);
}
