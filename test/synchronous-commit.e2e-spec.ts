import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster } from '../bench/chaos/cluster.js';
import { sweep } from '../bench/sweep.js';
import { direct } from '../bench/under-load/journal.js';
import { readEnv } from '../src/config/env.js';
import { migrate } from '../src/database/start/migrate.js';
import { schema } from '../src/schema.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { eventually } from './support/eventually.js';

jest.setTimeout(90_000);

const QUIET = { info: () => undefined, warn: () => undefined };

/** Commits that wait for a standby, by the process of each. */
const WAITING = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event = 'SyncRep'`;
const EXECUTIONS = `SELECT count(*)::int AS n FROM next_action_executions`;

describe('a database whose synchronous standby is away', () => {
  let folder: string;
  let cluster: Cluster;
  let app: TestApp;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nba-synchronous-'));
    cluster = await Cluster.create(join(folder, 'database'));
    await cluster.start();
    await migrate({ url: cluster.url, setting: 'DATABASE_URL' }, readEnv({}), schema, QUIET);
    app = await createTestApp({
      database: { url: cluster.url, drop: () => Promise.resolve() },
      env: {
        STATEMENT_TIMEOUT_MS: '300',
        LOCK_TIMEOUT_MS: '200',
        AUTH_CACHE_MS: '60000',
        WORKER: 'false',
      },
    });
  });
  afterAll(async () => {
    await waitForStandby('');
    await app.close();
    await cluster.stop();
    await sweep(folder, false);
  });

  /** A standby of this name is waited for, or none. It waits for nobody itself. */
  const waitForStandby = (name: string): Promise<unknown> =>
    direct(cluster.url, async (client) => {
      await client.query(`SET synchronous_commit = local`);
      await client.query(`ALTER SYSTEM SET synchronous_standby_names = '${name}'`);
      await client.query('SELECT pg_reload_conf()');
    });
  const count = (sql: string): Promise<number> =>
    direct(cluster.url, async (client) => (await client.query<{ n: number }>(sql)).rows[0]!.n);

  it('makes nothing visible of a press that it could not answer, until a standby has it', async () => {
    const { id } = await createNextAction(app.api);
    const press = () => app.api.press(id, 'mark_done').set('Idempotency-Key', 'synchronous');
    await press().expect(200);
    const other = await createNextAction(app.api);
    const pressOther = () => app.api.press(other.id, 'mark_done').set('Idempotency-Key', 'other');

    await waitForStandby('nobody');
    await pressOther().expect(503);
    await eventually('the commit waits for the standby', async () => (await count(WAITING)) > 0);
    // A repeat would be answered with a result that a failover loses.
    await pressOther().expect(503);
    expect(await count(EXECUTIONS)).toBe(1);

    await waitForStandby('');
    await eventually('the commit is complete', async () => (await count(EXECUTIONS)) === 2);
    const { body } = await pressOther().expect(200);
    expect(body).toMatchObject({ ok: true, executionId: expect.any(String) });
    expect(await count(EXECUTIONS)).toBe(2);
  });
});
