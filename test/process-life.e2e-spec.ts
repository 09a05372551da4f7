import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Client } from 'pg';
import { MIGRATION_LOCK } from '../src/database/start/start-lock.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { ServerProcess } from './support/server-process.js';
import { TcpProxy } from './support/tcp-proxy.js';

jest.setTimeout(90_000);

/** A request that never ends: its body does not come. */
async function hang(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const head = 'POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
  await new Promise((sent) => socket.write(`${head}Content-Length: 9\r\n\r\n{`, sent));
  return socket;
}

describe('a stop of a process', () => {
  let database: TestDatabase;
  beforeAll(async () => (database = await createTestDatabase()));
  afterAll(() => database.drop());

  it.each(['src/main.ts', 'src/worker.ts'])(
    'that waits for the migrations of another start ends it with 0, and the wait is logged (%s)',
    async (entry) => {
      const other = new Client({ connectionString: database.url });
      await other.connect();
      await other.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK.key]);
      const started = ServerProcess.spawn(database.url, {}, entry);
      await started.says(/waiting: another process migrates the database/);
      started.signal('SIGTERM');
      expect(await started.exit()).toBe(0);
      expect(started.log).toMatch(/"msg":"stopped"/);
      await other.end();
    },
  );

  it('that waits for its database ends it with 0', async () => {
    const started = ServerProcess.spawn('postgres://nba@127.0.0.1:1/nba');
    await started.says(/waiting for PostgreSQL at 127\.0\.0\.1:1/);
    started.signal('SIGINT');
    expect(await started.exit()).toBe(0);
  });

  it('keeps its listener open for a while: not ready, every answer with an end', async () => {
    const server = await ServerProcess.start(database.url, { SHUTDOWN_DELAY_MS: '3000' });
    server.signal('SIGTERM');
    await server.says(/"msg":"stopping"/);
    const ready = await fetch(`${server.url}/health/ready`);
    expect(ready.status).toBe(503);
    expect(ready.headers.get('connection')).toBe('close');
    expect(await ready.json()).toMatchObject({ code: 'SHUTTING_DOWN' });
    const read = await fetch(`${server.url}/api/next-actions`);
    expect(read.status).toBe(401);
    expect(read.headers.get('connection')).toBe('close');
    expect(await server.exit()).toBe(0);
    await expect(fetch(server.url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  });

  it('ends within its limit though the database is silent and a request hangs on it', async () => {
    const proxy = new TcpProxy(new URL(database.url));
    await proxy.open();
    const server = await ServerProcess.start(proxy.url, {
      STATEMENT_TIMEOUT_MS: '1000',
      JOB_DRAIN_MS: '500',
      SHUTDOWN_DELAY_MS: '100',
    });
    proxy.fallSilent();
    const body = JSON.stringify({ email: 'operator@example.com', password: 'x' });
    const headers = { 'Content-Type': 'application/json' };
    const asked = fetch(`${server.url}/api/auth/login`, { method: 'POST', headers, body });
    const began = Date.now();
    server.signal('SIGTERM');
    expect(await server.exit()).toBe(0);
    // The limit is 25 s: Kubernetes and others kill a process that still runs.
    expect(Date.now() - began).toBeLessThan(25_000);
    expect((await asked).status).toBe(503);
    expect(server.log).toMatch(/"msg":"stopped"/);
    await proxy.cut();
  });

  it('is cut short by a second signal', async () => {
    const server = await ServerProcess.start(database.url);
    const hanging = await hang(server.url);
    server.signal('SIGTERM');
    await server.says(/"msg":"stopping"/);
    server.signal('SIGTERM');
    expect(await server.exit()).toBe(143);
    hanging.destroy();
  });
});

describe('a start that fails', () => {
  it('names what the user of the database lacks, also where the migrations are done', async () => {
    const database = await createTestDatabase();
    const role = `dml_${randomBytes(4).toString('hex')}`;
    const owner = new Client({ connectionString: database.url });
    await owner.connect();
    const url = new URL(database.url);
    [url.username, url.password] = [role, 'dml-password'];
    try {
      await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD 'dml-password'`);
      await owner.query(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`);
      const started = ServerProcess.spawn(url.toString());
      expect(await started.exit()).toBe(1);
      expect(started.log).toMatch(/^The server did not start\. .*grant it CREATE [^\n]*\n$/m);
      expect(started.log).not.toMatch(/\n {4}at /);
    } finally {
      await owner.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
      await owner.end();
      await database.drop();
    }
  });

  it.each<[string, string, Record<string, string>, RegExp]>([
    [
      'NODE_ENV',
      'src/main.ts',
      { NODE_ENV: 'prod' },
      /The server did not start\. NODE_ENV must be/,
    ],
    [
      'PORT',
      'src/main.ts',
      { PORT: 'tcp://10.0.0.1:80' },
      /The server did not start\. PORT must be/,
    ],
    [
      'WORKER_PORT',
      'src/worker.ts',
      { WORKER_PORT: 'x' },
      /The worker did not start\. WORKER_PORT/,
    ],
    [
      'DATABASE_URL',
      'src/worker.ts',
      { DATABASE_URL: 'postgres://a:s3same%@b/c' },
      /DATABASE_URL has/,
    ],
  ])('names %s in one sentence and ends with 1', async (_, entry, env, sentence) => {
    const started = ServerProcess.spawn('postgres://nba@127.0.0.1:1/nba', env, entry);
    expect(await started.exit()).toBe(1);
    expect(started.log).toMatch(sentence);
    expect(started.log).toMatch(/^[^\n]+\n$/);
    expect(started.log).not.toContain('s3same');
  });
});
