import {
  appendFileSync,
  chownSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  locateCluster,
  removeClusterAndDataDir,
} from '../src/database/embedded/cluster.location.js';
import {
  EmbeddedPostgresError,
  startEmbeddedPostgres,
} from '../src/database/embedded/embedded-postgres.js';
import type {
  EmbeddedPostgres,
  EmbeddedPostgresOptions,
} from '../src/database/embedded/embedded-postgres.js';
import { readPostmasterPid } from '../src/database/embedded/postmaster.pid.js';
import { compileOwner, copyAppForNobody } from './support/embedded-app-copy.js';
import { startOwner } from './support/embedded-owner.js';
import type { Owner, OwnerCommand } from './support/embedded-owner.js';
import {
  filesIn,
  insertUntilKilled,
  noServerRuns,
  query,
  serverProcesses,
} from './support/embedded-probes.js';
import { eventually } from './support/eventually.js';

jest.setTimeout(60_000);

const isRoot = process.getuid?.() === 0;
const servers: EmbeddedPostgres[] = [];
const owners: Owner[] = [];
const folders: string[] = [];
/** Of the running test: one with a stopped cluster, unless it asks for a fresh one. */
let dataDir: string;
let madeDataDir: string;
let ownerCommand: OwnerCommand;

beforeAll(async () => {
  ownerCommand = compileOwner(freshFolder());
  dataDir = freshDataDir();
  madeDataDir = dataDir;
  await (await start()).stop();
});

beforeEach(() => {
  dataDir = madeDataDir;
});

afterEach(async () => {
  await stopAll();
  await noServerRuns(dataDir);
  if (dataDir !== madeDataDir) await removeClusterAndDataDir(dataDir);
});

afterAll(async () => {
  await removeClusterAndDataDir(madeDataDir);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe('The embedded PostgreSQL', () => {
  it('keeps a row from its first start to its second', async () => {
    dataDir = freshDataDir();
    const first = await start();
    expect(first.firstStart).toBe(true);
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    await first.stop(); // Again is nothing.

    const second = await start();
    expect(second.firstStart).toBe(false);
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('is durable, UTF-8 and UTC unless a test asks for speed', async () => {
    const { url } = await start({ durable: true });
    const settings = `SELECT name, setting FROM pg_settings WHERE name IN
      ('fsync', 'full_page_writes', 'synchronous_commit', 'TimeZone', 'server_encoding',
       'listen_addresses', 'unix_socket_directories') ORDER BY lower(name)`;
    expect((await query(url, settings)).map(Object.values)).toEqual([
      ['fsync', 'on'],
      ['full_page_writes', 'on'],
      ['listen_addresses', '127.0.0.1'],
      ['server_encoding', 'UTF8'],
      ['synchronous_commit', 'on'],
      ['TimeZone', 'UTC'],
      ['unix_socket_directories', ''],
    ]);
    await query(url, 'CREATE EXTENSION pg_trgm; CREATE EXTENSION citext');
    // Letters beyond ASCII are letters, to functions and to trigrams alike.
    const letters = `SELECT upper('é') AS upper, cardinality(show_trgm('é')) AS trigrams`;
    expect(await query(url, letters)).toEqual([{ upper: 'É', trigrams: 2 }]);
  });

  it('refuses a folder in use, naming it', async () => {
    await start();
    await expect(start()).rejects.toThrow(EmbeddedPostgresError);
    await expect(start()).rejects.toThrow(`${dataDir} is in use`);
  });

  it('lets exactly one of several first starts at once win', async () => {
    dataDir = freshDataDir();
    const outcomes = await Promise.allSettled([start(), start(), start()]);
    const refusals = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refusals.map(({ reason }) => String(reason))).toEqual([
      expect.stringContaining('is in use'),
      expect.stringContaining('is in use'),
    ]);
  });

  it('joins the running server when told to, and leaves it running', async () => {
    const owner = own();
    const { url } = await owner.answer;
    const joined = await start({ attach: true });
    expect(joined.url).toBe(url);
    await joined.stop();
    expect(await query(joined.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await owner.finish()).toBe(0);
    // Nobody to join any more: it starts a server of its own.
    expect((await start({ attach: true })).firstStart).toBe(false);
  });

  it('refuses a wrong password', async () => {
    const url = new URL((await start()).url);
    url.password = 'wrong';
    await expect(query(url.toString(), 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('keeps its files to itself', async () => {
    const { url } = await start();
    const { folder, cluster } = await locateCluster(dataDir);
    const modes = [
      dataDir,
      cluster,
      join(folder, 'server.log'),
      join(dataDir, 'embedded-password'),
    ];
    expect(modes.map((path) => (statSync(path).mode & 0o777).toString(8))).toEqual([
      '700',
      '700',
      '600',
      '600',
    ]);
    await expect(query(url, `SELECT 'secret'::int`)).rejects.toThrow('secret');
    await expect(query(url, 'SELECT secret')).rejects.toThrow('secret');
    expect(await query(url, `SELECT pg_read_file('pg_hba.conf') AS rules`)).toEqual([
      { rules: 'host all all 127.0.0.1/32 scram-sha-256\n' },
    ]);
  });

  it('shows the end of its log when it does not start', async () => {
    await expect(start({ settings: { no_such_setting: '1' } })).rejects.toThrow(
      /DATABASE_URL[^]*unrecognized configuration parameter "no_such_setting"/,
    );
    await start(); // It let go of the folder.
  });

  it('sets a new password when its file is lost', async () => {
    rmSync(join(dataDir, 'embedded-password'));
    const { url, firstStart } = await start();
    expect(firstStart).toBe(false);
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('The embedded PostgreSQL that ends by itself', () => {
  it.each([
    ['it was killed', false],
    ['its supervisor was killed', true],
  ])('is started again on its port after %s, with every row', async (_how, supervisor) => {
    const log = new IncidentLog();
    const { url, port } = await start({ durable: true, logger: log });
    await query(url, 'CREATE TABLE IF NOT EXISTS survivors AS SELECT 42 AS answer');
    const pid = await postmasterOf(dataDir);
    process.kill(supervisor ? parentOf(pid) : pid, 'SIGKILL');
    await eventually('it runs again', () => log.lines.length >= 2);
    expect(log.lines).toEqual([
      'the embedded PostgreSQL has ended by itself: it is started again',
      'the embedded PostgreSQL runs again',
    ]);
    expect(await postmasterOf(dataDir)).not.toBe(pid);
    expect(new URL(url).port).toBe(String(port));
    expect(await query(url, 'SELECT answer FROM survivors')).toEqual([{ answer: 42 }]);
  });

  it('is tried again after a start that failed', async () => {
    const log = new IncidentLog();
    const { url } = await start({ logger: log });
    const { cluster } = await locateCluster(dataDir);
    const configuration = join(cluster, 'postgresql.conf');
    const right = readFileSync(configuration);
    appendFileSync(configuration, 'no_such_setting = 1\n');
    process.kill(await postmasterOf(dataDir), 'SIGKILL');
    await eventually('the start fails', () => log.lines.length >= 2);
    expect(log.lines[1]).toBe('the embedded PostgreSQL could not be started again');
    expect(log.reasons.join()).toContain('no_such_setting');
    writeFileSync(configuration, right);
    await eventually('it runs again', () => log.lines.length >= 3);
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('stays stopped when it is stopped while it is down', async () => {
    const log = new IncidentLog();
    const server = await start({ logger: log });
    process.kill(await postmasterOf(dataDir), 'SIGKILL');
    await eventually('its end is noticed', () => log.lines.length >= 1);
    await server.stop();
    await noServerRuns(dataDir);
    // It let go of the folder.
    expect((await start()).firstStart).toBe(false);
  });
});

describe('The embedded PostgreSQL and the death of its owner', () => {
  it('does not keep its owner alive, and ends with it', async () => {
    const owner = own({}, true);
    expect(await owner.answer).toMatchObject({ firstStart: false });
    expect(await owner.ended()).toBe(0);
    await noServerRuns(dataDir);
  });

  it('leaves no server behind a SIGKILL of the whole process group', async () => {
    const owner = own();
    expect(await owner.answer).toMatchObject({ firstStart: false });
    expect(await serverProcesses(dataDir)).not.toEqual([]);
    await owner.kill();
    await noServerRuns(dataDir);
  });

  it('starts right after a SIGKILL under load with every acknowledged row', async () => {
    for (let round = 1; round <= 2; round += 1) {
      const owner = own({ durable: true });
      const { url = '' } = await owner.answer;
      const acknowledged = await insertUntilKilled(url, 50, () => owner.kill());
      const server = await start({ durable: true });
      const rows = await query(server.url, 'SELECT n FROM load');
      await server.stop();
      const kept = new Set(rows.map(({ n }) => n));
      expect(acknowledged.length).toBeGreaterThanOrEqual(50);
      expect(acknowledged.filter((n) => !kept.has(n))).toEqual([]);
    }
  });

  it('starts anew after an initdb that was interrupted', async () => {
    dataDir = freshDataDir();
    const owner = own();
    const initialising = async (): Promise<string | undefined> =>
      filesIn((await locateCluster(dataDir)).folder).find((name) => name.startsWith('init-'));
    await eventually('initdb begins', async () => (await initialising()) !== undefined);
    await owner.kill();
    const leftover = await initialising();
    expect(leftover).toBeDefined();

    const server = await start();
    expect(server.firstStart).toBe(true);
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await eventually('the leftover goes', async () => (await initialising()) === undefined);
  });

  it.each([
    ['that of the first process', 1],
    ['our own', process.pid],
  ])('starts although the recorded pid now is %s', async (_whose, pid) => {
    const { cluster } = await locateCluster(dataDir);
    const lines = [pid, cluster, 1_700_000_000, 5432, '', '127.0.0.1', '', 'ready', ''];
    writeFileSync(join(cluster, 'postmaster.pid'), lines.join('\n'));
    const server = await start();
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

// Everything above runs as the user of the tests; these need root to be another user as well.
(isRoot ? describe : describe.skip)('The embedded PostgreSQL, started by root', () => {
  it('runs as a user without privileges, outside the private folder', async () => {
    await start();
    const { account, cluster } = await locateCluster(dataDir);
    expect(account.uid).toBeGreaterThan(0);
    expect(cluster.startsWith(dataDir)).toBe(false);
    expect(statSync(cluster).uid).toBe(account.uid);
    expect(statSync(dataDir).uid).toBe(0);
    const owners = (await serverProcesses(dataDir)).map((pid) => statSync(`/proc/${pid}`).uid);
    expect(new Set(owners)).toEqual(new Set([account.uid]));
  });

  it('needs a name for its user, and says so where a uid has none', async () => {
    const app = copyAppForNobody();
    try {
      const home = dirname(app.dataDir);
      chownSync(home, 54_321, 54_321);
      const nameless = { ...app.command, uid: 54_321, gid: 54_321 };
      const owner = startOwner(nameless, { dataDir: app.dataDir, durable: false });
      owners.push(owner);
      const { error } = await owner.answer;
      expect(error).toContain('The uid 54321 has no name in /etc/passwd');
    } finally {
      await stopAll();
      app.remove();
    }
  });

  it('does not silently begin anew when its cluster is gone', async () => {
    dataDir = freshDataDir();
    await (await start()).stop();
    rmSync((await locateCluster(dataDir)).folder, { recursive: true });
    await expect(start()).rejects.toThrow(`The database of ${dataDir} is gone`);
  });

  it('removes the cluster of a DATA_DIR that was deleted, at the next start of another', async () => {
    const deleted = freshDataDir();
    await (await start({ dataDir: deleted })).stop();
    const { folder } = await locateCluster(deleted);
    rmSync(deleted, { recursive: true });
    expect(filesIn(folder)).toContain('cluster');
    await start();
    expect(filesIn(folder)).toEqual([]);
  });

  it('removes the former cluster of a DATA_DIR that was deleted and made anew', async () => {
    dataDir = freshDataDir();
    await (await start()).stop();
    const { folder } = await locateCluster(dataDir);
    rmSync(dataDir, { recursive: true });
    expect((await start()).firstStart).toBe(true);
    expect(filesIn(folder)).toEqual([]);
  });

  it('keeps the cluster of a DATA_DIR that was moved', async () => {
    const moved = freshDataDir();
    const before = `${moved}-before`;
    await (await start({ dataDir: before })).stop();
    const { folder } = await locateCluster(before);
    renameSync(before, moved);
    await (await start()).stop();
    expect(filesIn(folder)).toContain('cluster');
    expect((await start({ dataDir: moved })).firstStart).toBe(false);
    await stopAll();
    await removeClusterAndDataDir(moved);
  });

  it('keeps a cluster in use although its DATA_DIR was deleted', async () => {
    const deleted = freshDataDir();
    const { url } = await start({ dataDir: deleted });
    const { folder } = await locateCluster(deleted);
    rmSync(deleted, { recursive: true });
    await start();
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await stopAll();
    await start();
    expect(filesIn(folder)).toEqual([]);
  });

  it('serves a normal user whose node_modules is read-only and lacks its links', async () => {
    const app = copyAppForNobody();
    try {
      for (const firstStart of [true, false]) {
        const owner = startOwner(app.command, { dataDir: app.dataDir, durable: false });
        owners.push(owner);
        const { url = '', ...answer } = await owner.answer;
        expect(answer).toMatchObject({ firstStart });
        await query(url, 'CREATE TABLE IF NOT EXISTS kept ()');
        if (firstStart) await owner.kill();
        else expect(await owner.finish()).toBe(0);
      }
      expect(statSync(app.dataDir)).toMatchObject({ uid: app.command.uid });
      expect(filesIn(app.dataDir)).toContain('postgresql');
    } finally {
      await stopAll();
      app.remove();
    }
  });
});

/** Keeps what is reported of a server. */
class IncidentLog {
  readonly lines: string[] = [];
  readonly reasons: string[] = [];

  info(_fields: object, message: string): void {
    this.lines.push(message);
  }

  error(fields: { reason?: string }, message: string): void {
    this.lines.push(message);
    this.reasons.push(fields.reason ?? '');
  }
}

async function postmasterOf(folder: string): Promise<number> {
  return (await readPostmasterPid((await locateCluster(folder)).cluster))!.pid;
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]);
}

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nba-embedded-'));
  folders.push(folder);
  return folder;
}

function freshDataDir(): string {
  return join(freshFolder(), 'data');
}

async function stopAll(): Promise<void> {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await Promise.all(owners.splice(0).map((owner) => owner.kill()));
}

/** A server on this test's folder; fast, unless the test is about durability. */
async function start(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, durable: false, ...options });
  servers.push(server);
  return server;
}

function own(options: Partial<EmbeddedPostgresOptions> = {}, forgets = false): Owner {
  const owner = startOwner(ownerCommand, { dataDir, durable: false, ...options }, forgets);
  owners.push(owner);
  return owner;
}
