import { Client } from 'pg';
import { readEnv } from '../../src/config/env.js';
import { migrate } from '../../src/database/start/migrate.js';
import { buildSearchIndex } from '../../src/database/search/search-index.sql.js';
import { schema } from '../../src/schema.js';
import { searchedTables } from '../../src/searched-tables.js';

/** The migrated, empty database that every test database is a copy of. */
export const TEMPLATE_DATABASE = 'nba_template';

/** Recreates the template. Every connection to it must be closed when this resolves. */
export async function prepareTemplate(adminUrl: string): Promise<void> {
  const admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    await admin.query(`DROP DATABASE IF EXISTS ${TEMPLATE_DATABASE} WITH (FORCE)`);
    await admin.query(`CREATE DATABASE ${TEMPLATE_DATABASE}`);
  } finally {
    await admin.end();
  }
  const url = new URL(adminUrl);
  url.pathname = `/${TEMPLATE_DATABASE}`;
  const address = { url: url.toString(), setting: 'TEST_DATABASE_URL' };
  await migrate(address, readEnv({}), schema, { info: () => undefined });
  const client = new Client({ connectionString: address.url });
  await client.connect();
  // Otherwise every start would build them.
  try {
    for (const table of searchedTables) await buildSearchIndex(client, table);
  } finally {
    await client.end();
  }
}
