import { Pool } from 'pg';
import { Connections } from '../src/database/connections/connections.js';
import { PgClient } from '../src/database/connections/pg-client.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { eventually } from './support/eventually.js';
import { TcpProxy } from './support/tcp-proxy.js';

const PLACES = 3;

describe('the wait for a connection', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let pool: Pool;
  beforeAll(async () => {
    database = await createTestDatabase();
    proxy = new TcpProxy(new URL(database.url));
    await proxy.open();
    // Without a time limit of its own for a connect: none but ours can end the wait.
    pool = new Pool({ connectionString: proxy.url, max: PLACES, Client: PgClient });
  });
  afterAll(async () => {
    await proxy.cut();
    // Not awaited: it waits for every connection that a failed test keeps.
    void pool.end();
    await database.drop();
  });

  it('is one for the place and the connect together, and nothing of it stays', async () => {
    const connections = new Connections(pool, 300);
    const borrowed = await Promise.all(
      Array.from({ length: PLACES }, () => connections.lend('somebody', 1000)),
    );
    const waiting = connections.lend('somebody else', 1000);
    proxy.fallSilent();
    connections.giveBack('somebody', borrowed.pop()!, true);
    await expect(waiting).rejects.toMatchObject({ code: 'DATABASE_BUSY' });

    proxy.speak();
    for (const client of borrowed) connections.giveBack('somebody', client, true);
    const fresh = await Promise.all(
      Array.from({ length: PLACES }, () => connections.lend('somebody', 1000)),
    );
    for (const client of fresh) connections.giveBack('somebody', client, false);
    await eventually('every connection to be idle', () => pool.idleCount === pool.totalCount);
  });
});
