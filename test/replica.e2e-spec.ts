import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { Cluster } from '../bench/chaos/cluster.js';
import { sweep } from '../bench/sweep.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { eventually } from './support/eventually.js';
import { type ApiClient } from './support/requests.js';
import { TcpProxy } from './support/tcp-proxy.js';
import { addUser } from './support/users.js';

jest.setTimeout(180_000);

const SCOPE = { entityType: 'desk', entityId: 'replica' };
/** Longer than a replica may lag. */
const LAG_PATIENCE_MS = 30_000;

describe('a server with a read replica', () => {
  let folder: string;
  let primary: Cluster;
  let standby: Cluster;
  let address: TcpProxy;
  let app: TestApp;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nba-replica-'));
    primary = await Cluster.create(join(folder, 'primary'));
    await primary.start();
    const first = await serverOn(primary.url);
    await first.close();
    standby = await primary.standbyIn(join(folder, 'standby'));
    await standby.start(standby.followSettings(primary));
    address = new TcpProxy(new URL(standby.url));
    await address.open();
    app = await serverOn(primary.url, address.url);
  });

  afterAll(async () => {
    await app.close();
    await address.cut();
    await sweep(folder, false);
  });

  afterEach(() => onStandby('SELECT pg_wal_replay_resume() WHERE pg_is_in_recovery()'));

  function serverOn(url: string, replica?: string): Promise<TestApp> {
    const env = { DATABASE_URL: url, ...(replica && { DATABASE_REPLICA_URL: replica }) };
    const database = { url, drop: () => Promise.resolve() };
    return createTestApp({ database, env: { ...env, DATABASE_POOL_SIZE: '4' } });
  }

  async function onStandby(sql: string): Promise<void> {
    const client = new Client({ connectionString: standby.url });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }

  async function titles(api: ApiClient, headers: Record<string, string> = {}): Promise<string[]> {
    const { body } = await api
      .get('/api/next-actions', { ...SCOPE, status: 'queued', pageSize: 100 })
      .set(headers)
      .expect(200);
    return (body as { items: { title: string }[] }).items.map(({ title }) => title);
  }

  async function viewerOf(server: TestApp): Promise<ApiClient> {
    return (await addUser(server, { role: 'viewer', email: `${randomUUID()}@example.com` })).api;
  }

  /** A next best action that no server of the application wrote. */
  async function insertBeside(title: string): Promise<void> {
    const fields = { id: randomUUID(), title, dedupe_key: null };
    const { length } = await app.rows(
      `INSERT INTO next_best_actions
       SELECT (jsonb_populate_record(one, $1)).* FROM next_best_actions AS one
       WHERE entity_id = $2 AND status = 'queued' AND snoozed_until IS NULL LIMIT 1
       RETURNING id`,
      [JSON.stringify(fields), SCOPE.entityId],
    );
    expect(length).toBe(1);
  }

  /** Whether a list is read from the replica: it lacks what the replica has not replayed. */
  async function readsReplica(api = app.api): Promise<boolean> {
    const title = `beside ${randomUUID()}`;
    await onStandby('SELECT pg_wal_replay_pause()');
    await insertBeside(title);
    const seen = await titles(api);
    await onStandby('SELECT pg_wal_replay_resume()');
    return !seen.includes(title);
  }

  const states = (): unknown[] =>
    app
      .logs()
      .filter(({ msg }) => String(msg).includes('replica'))
      .map(({ reason }) => reason ?? 'read');

  it('reads lists from the replica, and writes and single rows from the primary', async () => {
    const { id } = await createNextAction(app.api, { ...SCOPE, title: 'first' });
    await eventually('the replica is read', () => readsReplica());
    await onStandby('SELECT pg_wal_replay_pause()');
    const late = await createNextAction(app.api, { ...SCOPE, title: 'late' });
    await app.api.get(`/api/next-actions/${late.id}`).expect(200);
    await app.api.press(id, 'snooze_1d').expect(200);
  });

  it('shows a client what it wrote, although the replica has not replayed it', async () => {
    await createNextAction(app.api, { ...SCOPE, title: 'seed' });
    await eventually('the replica is read', () => readsReplica());
    await onStandby('SELECT pg_wal_replay_pause()');
    const { id } = await createNextAction(app.api, { ...SCOPE, title: 'mine' });
    expect(await titles(app.api)).toContain('mine');
    await app.api.press(id, 'dismiss').expect(200);
    expect(await titles(app.api)).not.toContain('mine');
    const executions = await app.api.get(`/api/next-actions/${id}/executions`).expect(200);
    expect((executions.body as { items: unknown[] }).items).toHaveLength(1);
  });

  it('shows it by way of another server, too, if the client sends the position back', async () => {
    const other = await serverOn(primary.url, address.url);
    await createNextAction(app.api, { ...SCOPE, title: 'seed' });
    await eventually('the other server reads the replica', () => readsReplica(other.api));
    await onStandby('SELECT pg_wal_replay_pause()');
    const written = await app.api
      .post('/api/next-actions', { ...SCOPE, title: 'there' })
      .expect(201);
    const position = written.headers['read-after']!;
    expect(position).toMatch(/^[\dA-F]+\/[\dA-F]+$/);
    expect(await titles(other.api, { 'Read-After': position })).toContain('there');
    await other.close();
  });

  it('names no position where nothing was changed, and refuses one that is none', async () => {
    const read = await app.api.get('/api/next-actions', SCOPE).expect(200);
    expect(read.headers).not.toHaveProperty('read-after');
    for (const wrong of ['latest', '0', '0/0/0', '123456789/0']) {
      const { body } = await app.api
        .get('/api/next-actions', SCOPE)
        .set('Read-After', wrong)
        .expect(400);
      expect(body).toMatchObject({
        code: 'VALIDATION_FAILED',
        errors: [{ field: 'Read-After' }],
      });
    }
    // Past all that will ever be written: read from the primary.
    expect(await titles(app.api, { 'Read-After': 'FFFFFFFF/FFFFFFFF' })).toContain('seed');
  });

  it('asks the primary before it says that something is not there', async () => {
    const viewer = await viewerOf(app);
    await createNextAction(app.api, { ...SCOPE, title: 'seed' });
    await eventually('the replica is read', () => readsReplica(viewer));
    await onStandby('SELECT pg_wal_replay_pause()');
    const { id } = await createNextAction(app.api, { ...SCOPE, title: 'new' });
    await app.api.post('/api/scores/compute', SCOPE).expect(200);
    await viewer.get(`/api/next-actions/${id}/executions`).expect(200);
    await viewer.get(`/api/scores/${SCOPE.entityType}/${SCOPE.entityId}`).expect(200);
  });

  it('keeps the writes of one client apart from those of another', async () => {
    const viewer = await viewerOf(app);
    await createNextAction(app.api, { ...SCOPE, title: 'of the operator' });
    await eventually('the replica is read', () => readsReplica(viewer));
  });

  it('reads the primary while the replica lags, and the replica again afterwards', async () => {
    await eventually('the replica is read', () => readsReplica());
    await onStandby('SELECT pg_wal_replay_pause()');
    const title = `lagging ${randomUUID()}`;
    await insertBeside(title);
    const viewer = await viewerOf(app);
    await eventually(
      'the replica is left out',
      async () => (await titles(viewer)).includes(title),
      LAG_PATIENCE_MS,
    );
    await eventually('that is logged', () => String(states().at(-1)).startsWith('it lags'));
    await onStandby('SELECT pg_wal_replay_resume()');
    await eventually('the replica is read', () => readsReplica(viewer));
    expect(states().at(-1)).toBe('read');
  });

  it('reads the primary while the replica is away or silent', async () => {
    await eventually('the replica is read', () => readsReplica());
    const title = `outage ${randomUUID()}`;
    await createNextAction(app.api, { ...SCOPE, title });
    address.fallSilent();
    expect(await titles(app.api)).toContain(title);
    await eventually('that is logged', () => states().at(-1) === 'it is away');
    address.speak();
    await eventually('the replica is read', () => readsReplica());
    await address.cut();
    expect(await titles(app.api)).toContain(title);
    await eventually('that is logged', () => states().at(-1) === 'it is away');
    await address.open();
    await eventually('the replica is read', () => readsReplica());
  });

  it('starts while the replica is away', async () => {
    const gone = new URL(standby.url);
    gone.port = '1';
    const other = await serverOn(primary.url, gone.toString());
    await createNextAction(other.api, { ...SCOPE, title: 'without a replica' });
    expect(await titles(other.api)).toContain('without a replica');
    await other.close();
  });

  it('does not read a standby that was promoted: it may have written what no primary has', async () => {
    await eventually('the replica is read', () => readsReplica());
    await onStandby('SELECT pg_promote(true, 60)');
    await eventually('that is logged', () => states().at(-1) === 'it is no standby');
    const title = `promoted ${randomUUID()}`;
    await insertBeside(title);
    expect(await titles(app.api)).toContain(title);
  });
});

describe('a server without a replica', () => {
  it('names no position', async () => {
    const app = await createTestApp();
    const answer = await app.api.post('/api/next-actions', { ...SCOPE, title: 'one' }).expect(201);
    expect(answer.headers).not.toHaveProperty('read-after');
    await app.close();
  });
});
