import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { prepareTemplate } from './template-database.js';
import { keepTestServer } from './test-server.js';

/** One server for the whole run: TEST_DATABASE_URL's (a superuser's URL), or a throw-away one. */
export default async function globalSetup(): Promise<void> {
  const adminUrl = process.env.TEST_DATABASE_URL ?? (await startThrowAway());
  // THE TEMPLATE: whatever every test database starts with (the migrations) goes in here, once.
  await prepareTemplate(adminUrl);
  process.env.TEST_DATABASE_ADMIN_URL = adminUrl;
}

async function startThrowAway(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'nba-test-'));
  const server = await startEmbeddedPostgres({ dataDir, durable: false });
  keepTestServer({ server, dataDir });
  return server.url;
}
