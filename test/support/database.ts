import { randomBytes } from 'node:crypto';
import { Client, DatabaseError } from 'pg';
import { TEMPLATE_DATABASE } from './template-database.js';

/** A database of a test's own, a copy of the migrated template. */
export interface TestDatabase {
  readonly url: string;
  /** Drops it, closing the connections that are still open. */
  drop(): Promise<void>;
}

const OBJECT_IN_USE = '55006';
const ATTEMPTS = 20;

/** Copies the template (some 50 ms) on the server that the global set-up provides. */
export function createTestDatabase(): Promise<TestDatabase> {
  return createDatabase(copyTemplate);
}

/** A database without a table, on the same server. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return createDatabase((adminUrl, name) => runOnce(adminUrl, `CREATE DATABASE ${name}`));
}

async function createDatabase(
  create: (adminUrl: string, name: string) => Promise<void>,
): Promise<TestDatabase> {
  const adminUrl = process.env.TEST_DATABASE_ADMIN_URL;
  if (!adminUrl)
    throw new Error('TEST_DATABASE_ADMIN_URL is unset: run through jest, project e2e.');
  const name = `nba_${randomBytes(6).toString('hex')}`;
  await create(adminUrl, name);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return {
    url: url.toString(),
    drop: () => runOnce(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/** PostgreSQL itself waits up to 5 s for others to leave the template before it gives up. */
async function copyTemplate(adminUrl: string, name: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const template = `TEMPLATE ${TEMPLATE_DATABASE} STRATEGY file_copy`;
      await runOnce(adminUrl, `CREATE DATABASE ${name} ${template}`);
      return;
    } catch (error) {
      const inUse = error instanceof DatabaseError && error.code === OBJECT_IN_USE;
      if (!inUse || attempt === ATTEMPTS) throw error;
    }
  }
}

async function runOnce(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
