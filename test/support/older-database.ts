import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import { readEnv } from '../../src/config/env.js';
import { dataSourceOptions, MigratingDataSource } from '../../src/database/start/data-source.js';
import { schema } from '../../src/schema.js';
import { createEmptyDatabase, type TestDatabase } from './database.js';

type Row = Readonly<Record<string, unknown>>;

/** A desk as an earlier build left it: test/fixtures/upgrade/desk.json. */
export interface OlderDesk {
  /** Names of the migrations that the build had. */
  readonly migrations: readonly string[];
  /** The queues of pg-boss. */
  readonly queues: readonly string[];
  /** By table, in an order that foreign keys allow. */
  readonly rows: Readonly<Record<string, readonly Row[]>>;
}

const FOLDER = 'test/fixtures/upgrade';
/** A few minutes after the last thing that happened on the desk. */
const SAVED_AT = '2026-11-28T12:30:00Z';
const INSTANT = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|\+00:00)/g;

/**
 * The data with its times moved to now, so that nothing is past its retention. Ids are not changed: they
 * are in the hashes of the requests.
 */
export function olderDesk(): OlderDesk {
  const later = Math.floor((Date.now() - Date.parse(SAVED_AT)) / 1000) * 1000;
  const moved = (_: string, second: string, fraction = '', zone: string): string =>
    new Date(Date.parse(`${second}Z`) + later).toISOString().slice(0, 19) + fraction + zone;
  const text = readFileSync(`${FOLDER}/desk.json`, 'utf8').replace(INSTANT, moved);
  return JSON.parse(text) as OlderDesk;
}

/** A database with the tables of that build, and the desk in them. */
export async function createOlderDatabase(desk: OlderDesk): Promise<TestDatabase> {
  const database = await createEmptyDatabase();
  await migrateOnlyTo(database.url, desk.migrations);
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query(readFileSync(`${FOLDER}/pgboss-24.sql`, 'utf8'));
    for (const queue of desk.queues) {
      await client.query('SELECT pgboss.create_queue($1, $2)', [queue, { policy: 'short' }]);
    }
    for (const [table, rows] of Object.entries(desk.rows)) {
      await client.query(
        `INSERT INTO ${table} SELECT * FROM jsonb_populate_recordset(NULL::${table}, $1)`,
        [JSON.stringify(rows)],
      );
    }
  } finally {
    await client.end();
  }
  return database;
}

async function migrateOnlyTo(url: string, names: readonly string[]): Promise<void> {
  const migrations = schema.migrations.filter(({ name }) => names.includes(name));
  const options = dataSourceOptions(url, readEnv({}), { entities: [], migrations });
  const lock = { logger: { info: () => undefined }, waitMs: 20_000 };
  const dataSource = await new MigratingDataSource(options, lock).initialize();
  try {
    await dataSource.runMigrations();
  } finally {
    await dataSource.destroy();
  }
}
