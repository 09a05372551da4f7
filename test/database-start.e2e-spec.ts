import { RecordChanges1795800000000 } from '../migrations/1795800000000-RecordChanges.js';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { Client } from 'pg';
import { readEnv } from '../src/config/env.js';
import { StartError } from '../src/config/start-error.js';
import { migrate } from '../src/database/start/migrate.js';
import { MIGRATION_LOCK, withStartLock } from '../src/database/start/start-lock.js';
import { schema } from '../src/schema.js';
import { createTestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { eventually } from './support/eventually.js';
import { TcpProxy } from './support/tcp-proxy.js';

const admin = async <T>(work: (client: Client) => Promise<T>): Promise<T> => {
  const client = new Client({ connectionString: process.env.TEST_DATABASE_ADMIN_URL });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

/** A start on this address, and what it logged while it waited. */
async function start(
  url: string,
  waitMs = 0,
  logged: string[] = [],
): Promise<{ error: unknown; logged: string[] }> {
  const logger = { info: (_: unknown, message: string) => void logged.push(message) };
  const env = readEnv({ DATABASE_WAIT_MS: String(waitMs) });
  const address = { url, setting: 'DATABASE_URL' };
  const error = await migrate(address, env, schema, logger).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { error, logged };
}

const lock = { logger: { info: () => undefined } };

describe('a start whose database', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());
  const changed = (change: (url: URL) => void): string => {
    const url = new URL(database.url);
    change(url);
    return url.toString();
  };

  it.each<[string, (url: URL) => void, RegExp]>([
    [
      'refuses connections',
      (url) => (url.port = '1'),
      /127\.0\.0\.1:1 can't be used .*DATABASE_URL/,
    ],
    [
      'has no such host',
      (url) => (url.hostname = 'no.such.host.invalid'),
      /DATABASE_URL names the host no\.such\.host\.invalid/,
    ],
    [
      'refuses the password',
      (url) => (url.password = 'canary-wrong'),
      /refuses the password of the user nba/,
    ],
    ['has no such user', (url) => (url.username = 'nobody_here'), /user nobody_here/],
    [
      'does not exist',
      (url) => (url.pathname = '/no_such_database'),
      /has no database no_such_database/,
    ],
    ['offers no TLS', (url) => (url.search = '?sslmode=no-verify'), /does not offer TLS/],
    [
      'is to be trusted by a file that is not there',
      (url) => (url.search = '?sslmode=verify-full&sslrootcert=/no/such/ca'),
      /A file that DATABASE_URL names/,
    ],
  ])('%s fails with one sentence', async (_, change, sentence) => {
    const { error } = await start(changed(change));
    expect(error).toBeInstanceOf(StartError);
    const { message } = error as Error;
    expect(message).toMatch(sentence);
    expect(message.split('\n')).toHaveLength(1);
    expect(message).not.toContain('canary-wrong');
    expect(message).not.toContain(new URL(database.url).password);
  });

  it('is still starting waits for it, and says so', async () => {
    const { error, logged } = await start(
      changed((url) => (url.port = '1')),
      600,
    );
    expect((error as Error).message).toContain('of waiting');
    expect(logged).toEqual(['waiting for PostgreSQL at 127.0.0.1:1']);

    const proxy = new TcpProxy(new URL(database.url));
    await proxy.open();
    const { url } = proxy;
    await proxy.cut();
    const started = start(url, 20_000);
    await proxy.open();
    expect((await started).error).toBeUndefined();
    await proxy.cut();
  });

  it('never answers fails, too', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', () => resolve()));
    const { port } = silent.address() as { port: number };
    const client = start(changed((url) => (url.port = String(port))));
    // pg's own limit of a connection attempt ends it.
    expect((await client).error).toBeInstanceOf(StartError);
    silent.close();
  });

  it('does not respond is waited for, and that is logged before the attempt times out', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', () => resolve()));
    const { port } = silent.address() as { port: number };
    const logged: string[] = [];
    const started = start(
      changed((url) => (url.port = String(port))),
      4000,
      logged,
    );
    let ended = false;
    void started.then(() => (ended = true));
    await eventually('the wait to be logged', () => logged.length > 0);
    expect({ logged, ended }).toEqual({
      logged: [`waiting for PostgreSQL at 127.0.0.1:${port}`],
      ended: false,
    });
    expect((await started).error).toBeInstanceOf(StartError);
    silent.close();
  });

  it('accepts the connection and does not respond fails, as behind a pooler without its server', async () => {
    // AuthenticationOk and ReadyForQuery.
    const welcome = Buffer.from('5200000008000000005a0000000549', 'hex');
    const pooler = createServer((socket) => {
      socket.on('error', () => undefined).once('data', () => socket.write(welcome));
    });
    await new Promise<void>((resolve) => pooler.listen(0, '127.0.0.1', () => resolve()));
    const { port } = pooler.address() as { port: number };
    const { error } = await start(changed((url) => (url.port = String(port))));
    expect(error).toBeInstanceOf(StartError);
    expect((error as Error).message).toMatch(/did not answer in time.*DATABASE_URL/);
    pooler.close();
  });

  it('is read-only fails with one sentence', async () => {
    const name = new URL(database.url).pathname.slice(1);
    await admin((client) =>
      client.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`),
    );
    const { error } = await start(database.url);
    await admin((client) =>
      client.query(`ALTER DATABASE ${name} RESET default_transaction_read_only`),
    );
    expect((error as Error).message).toMatch(/is read-only/);
  });

  it('lets the user change no table fails with one sentence, unless nothing is to be changed', async () => {
    const role = `dml_${randomBytes(4).toString('hex')}`;
    const own = await createTestDatabase();
    const owner = new Client({ connectionString: own.url });
    await owner.connect();
    const url = new URL(own.url);
    [url.username, url.password] = [role, 'dml-password'];
    try {
      await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD 'dml-password'`);
      const tables = `SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public`;
      await owner.query(`GRANT ${tables} TO ${role}`);
      expect((await start(url.toString())).error).toBeUndefined();

      // As if the migrations since the first one that alters a table had not run yet.
      const names = schema.migrations.map(({ name }) => name);
      const pending = names.slice(names.indexOf(RecordChanges1795800000000.name));
      await owner.query(`DELETE FROM migrations WHERE name = ANY ($1)`, [pending]);
      const { error } = await start(url.toString());
      expect((error as Error).message).toMatch(
        /may not create or change tables.*DATABASE_DIRECT_URL/,
      );
    } finally {
      await owner.end();
      await own.drop();
      await admin((client) => client.query(`DROP ROLE IF EXISTS ${role}`));
    }
  });

  it('is being migrated by another process waits for it, and says so', async () => {
    const other = new Client({ connectionString: database.url });
    await other.connect();
    await other.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK.key]);
    const logged: string[] = [];
    const started = start(database.url, 0, logged);
    const line = 'waiting: another process migrates the database';
    await eventually('the wait to be logged', () => logged.includes(line));
    const impatient = withStartLock(database.url, MIGRATION_LOCK, { ...lock, waitMs: 1 }, () =>
      Promise.resolve(),
    );
    await expect(impatient).rejects.toThrow(
      /Another process migrates the database \(PostgreSQL process \d+\)/,
    );
    await other.end();
    expect((await started).error).toBeUndefined();
  });

  it('is migrated keeps no lock', async () => {
    await start(database.url);
    const ran = withStartLock(database.url, MIGRATION_LOCK, { ...lock, waitMs: 0 }, () =>
      Promise.resolve('at once'),
    );
    await expect(ran).resolves.toBe('at once');
  });
});

describe('a pooler in front of the database', () => {
  it('is used for all but migrations, which take the direct way', async () => {
    const database = await createTestDatabase();
    const proxy = new TcpProxy(new URL(database.url));
    await proxy.open();
    const app = await createTestApp({
      database: { url: proxy.url, drop: () => database.drop() },
      env: {
        DATABASE_URL: proxy.url,
        DATABASE_DIRECT_URL: database.url,
        DATABASE_PREPARED_STATEMENTS: 'false',
      },
    });
    const { id } = await createNextAction(app.api);
    await app.api.press(id, 'mark_done').expect(200);
    await app.close();
    await proxy.cut();
    await database.drop();
  });
});
