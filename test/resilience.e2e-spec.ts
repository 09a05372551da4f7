import { JwtService } from '@nestjs/jwt';
import { Client } from 'pg';
import { TOKEN_AUDIENCE, TOKEN_ISSUER } from '../src/auth/token.js';
import { createTestApp, JWT_SECRET, OPERATOR, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { eventually } from './support/eventually.js';
import { ApiClient } from './support/requests.js';
import { ServerProcess } from './support/server-process.js';
import { TcpProxy } from './support/tcp-proxy.js';

jest.setTimeout(60_000);

async function withDatabase<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const INSERT_MANY = `
  INSERT INTO next_best_actions (id, title, priority, score, entity_type, entity_id)
  SELECT gen_random_uuid(), 'load ' || n, 'medium', 50, 'account', 'load' FROM generate_series(1, $1) n RETURNING id`;

async function operatorOf(server: ServerProcess, databaseUrl: string): Promise<ApiClient> {
  const [user] = await withDatabase(
    databaseUrl,
    async (client) =>
      (
        await client.query<{ id: string }>('SELECT id FROM users WHERE email = $1', [
          OPERATOR.email,
        ])
      ).rows,
  );
  return new ApiClient(
    server.url,
    new JwtService({ secret: JWT_SECRET }).sign(
      { sub: user!.id },
      { expiresIn: 3600, issuer: TOKEN_ISSUER, audience: TOKEN_AUDIENCE },
    ),
  );
}

describe('a server that is killed under load', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('has lost no answered execution, left no half of one, and stored the event of each', async () => {
    const server = await ServerProcess.start(database.url);
    const api = await operatorOf(server, database.url);
    const ids = await withDatabase(database.url, async (client) =>
      (await client.query<{ id: string }>(INSERT_MANY, [3000])).rows.map((row) => row.id),
    );
    const answered: string[] = [];
    const killed = new Promise<void>((resolve) => {
      let killing = false;
      const press = async (): Promise<void> => {
        for (let id = ids.pop(); id !== undefined && !killing; id = ids.pop()) {
          const response = await api.press(id, 'mark_done').catch(() => undefined);
          if (response?.status === 200) answered.push(response.body.executionId);
          if (answered.length === 150) {
            killing = true;
            void server.end('SIGKILL').then(() => resolve());
          }
        }
      };
      for (let i = 0; i < 12; i++) void press();
    });
    await killed;

    await withDatabase(database.url, async (client) => {
      const others = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'next-best-actions'`;
      await eventually(
        'the dead server’s connections to end',
        async () => (await client.query<{ n: number }>(others)).rows[0]!.n === 0,
      );
      const executions = (
        await client.query<{ id: string }>('SELECT id FROM next_action_executions')
      ).rows.map((row) => row.id);
      expect(executions).toEqual(expect.arrayContaining(answered));
      const [halves] = (
        await client.query(`
          SELECT
            (SELECT count(*)::int FROM next_action_executions e JOIN next_best_actions n ON n.id = e.next_action_id
              WHERE n.status <> 'done' OR n.last_execution_status IS DISTINCT FROM 'success') AS undone,
            (SELECT count(*)::int FROM next_best_actions n WHERE n.status = 'done'
              AND NOT EXISTS (SELECT 1 FROM next_action_executions e WHERE e.next_action_id = n.id)) AS unrecorded,
            (SELECT count(*)::int FROM next_action_executions e
              WHERE (SELECT count(*) FROM ops_events o WHERE o.meta->>'executionId' = e.id::text) <> 1) AS untold`)
      ).rows;
      expect(halves).toEqual({ undone: 0, unrecorded: 0, untold: 0 });
    });
  });
});

describe('a server that gets a stop signal', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('refuses newcomers, answers what runs, and exits with 0', async () => {
    const server = await ServerProcess.start(database.url);
    const api = await operatorOf(server, database.url);
    const { id } = await createNextAction(api);
    await withDatabase(database.url, async (holder) => {
      await holder.query('BEGIN');
      await holder.query('SELECT 1 FROM next_best_actions WHERE id = $1 FOR UPDATE', [id]);
      const press = api.press(id, 'mark_done').then((response) => response);
      await eventually('the press to wait for the lock', async () => {
        const { rows } = await holder.query(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        return rows.length > 0;
      });
      const exit = server.end('SIGTERM');
      await eventually('new connections to be refused', () =>
        api.get('/health/live').then(
          () => false,
          () => true,
        ),
      );
      await holder.query('ROLLBACK');
      expect((await press).status).toBe(200);
      expect(await exit).toBe(0);
    });
    expect(server.log).toContain('"msg":"stopped"');
    expect(server.log).not.toContain(JWT_SECRET);
    expect(server.log).not.toContain(OPERATOR.password);
    expect(server.log).not.toContain(api.token);
  });
});

describe('a database that goes away', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let app: TestApp;
  beforeAll(async () => {
    database = await createTestDatabase();
    proxy = new TcpProxy(new URL(database.url));
    await proxy.open();
    app = await createTestApp({
      database: { url: proxy.url, drop: () => Promise.resolve() },
      env: { AUTH_CACHE_MS: '60000' },
    });
  });
  afterAll(async () => {
    await app.close();
    await proxy.cut();
    await database.drop();
  });

  it('is a 503 with Retry-After, and the server is back by itself when the database is', async () => {
    const { id } = await createNextAction(app.api);
    expect((await app.anonymous.get('/health/ready').expect(200)).body).toEqual({ status: 'ok' });
    await proxy.cut();
    for (const call of [
      () => app.api.press(id, 'mark_done'),
      () => app.api.get('/api/next-actions'),
      () => app.anonymous.get('/health/ready'),
    ]) {
      const response = await call().expect(503);
      expect(response.body.code).toBe('DATABASE_UNAVAILABLE');
      expect(response.headers['retry-after']).toMatch(/^\d+$/);
    }
    await app.anonymous.get('/health/live').expect(200);
    await proxy.open();
    await app.anonymous.get('/health/ready').expect(200);
    await app.api.press(id, 'mark_done').expect(200);
    expect((await app.api.get(`/api/next-actions/${id}/executions`)).body.pagination.total).toBe(1);
  });

  it('in the middle of presses loses none and doubles none', async () => {
    const ids = await Promise.all(
      Array.from({ length: 40 }, async () => (await createNextAction(app.api)).id),
    );
    const presses = ids.map((id) => app.api.press(id, 'mark_done').then((response) => response));
    await Promise.race(presses);
    await proxy.cut();
    const answers = await Promise.all(presses);
    await proxy.open();
    expect(answers.every((answer) => [200, 503].includes(answer.status))).toBe(true);
    for (const [index, answer] of answers.entries()) {
      const again = await app.api.press(ids[index]!, 'mark_done').expect(200);
      if (answer.status === 200) expect(again.body.executionId).toBe(answer.body.executionId);
    }
    const rows = await withDatabase(
      database.url,
      async (client) =>
        (
          await client.query(
            `SELECT count(*)::int AS n FROM next_action_executions WHERE next_action_id = ANY($1) AND status = 'success' GROUP BY next_action_id`,
            [ids],
          )
        ).rows,
    );
    expect(rows).toEqual(ids.map(() => ({ n: 1 })));
  });
});
