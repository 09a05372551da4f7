import { mkdtemp, readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeClusterAndDataDir } from '../../src/database/embedded/cluster.location.js';
import { takeLock } from '../../src/database/embedded/cluster.lock.js';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { compileSources } from './compiled.js';
import globalTeardown from './global-teardown.js';
import { prepareTemplate } from './template-database.js';
import { keepTestServer } from './test-server.js';

const PREFIX = 'nba-test-';
const ABANDONED_AFTER_MS = 3_600_000;

/** One server for the whole run: TEST_DATABASE_URL's (a superuser's URL), or a throw-away one. */
export default async function globalSetup(): Promise<void> {
  compileSources();
  try {
    const adminUrl = process.env.TEST_DATABASE_URL ?? (await startThrowAway());
    // THE TEMPLATE: whatever every test database starts with (the migrations) goes in here, once.
    await prepareTemplate(adminUrl);
    process.env.TEST_DATABASE_ADMIN_URL = adminUrl;
  } catch (error) {
    await globalTeardown(); // jest skips it when the set-up fails, and the folder would stay.
    throw error;
  }
}

async function startThrowAway(): Promise<string> {
  await removeAbandoned();
  const dataDir = await mkdtemp(join(tmpdir(), PREFIX));
  const server = await startEmbeddedPostgres({ dataDir, durable: false });
  keepTestServer({ server, dataDir });
  return server.url;
}

/** A run that was killed leaves its files (not its server) behind: some 50 MB. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const dataDir = join(tmpdir(), name);
    try {
      if (Date.now() - (await stat(dataDir)).mtimeMs < ABANDONED_AFTER_MS) continue;
      const lock = await takeLock(join(dataDir, 'embedded.lock'));
      if ('release' in lock) await removeClusterAndDataDir(dataDir);
    } catch {
      // Another user's, or another run is removing it.
    }
  }
}
