import { chownSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { locateCluster } from '../src/database/embedded/cluster.location.js';
import { EmbeddedPostgresError } from '../src/database/embedded/embedded-postgres.js';
import { copyAppForNobody } from './support/embedded-app-copy.js';
import { startOwner } from './support/embedded-owner.js';
import { filesIn, query, serverProcesses } from './support/embedded-probes.js';
import { useEmbeddedStage } from './support/embedded-stage.js';

jest.setTimeout(60_000);

const stage = useEmbeddedStage();
const isRoot = process.getuid?.() === 0;

describe('The embedded PostgreSQL', () => {
  it('keeps a row from its first start to its second', async () => {
    stage.dataDir = stage.freshDataDir();
    const first = await stage.start();
    expect(first.firstStart).toBe(true);
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    await first.stop(); // A second call does nothing.

    const second = await stage.start();
    expect(second.firstStart).toBe(false);
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('is durable, UTF-8 and UTC unless a test asks for speed', async () => {
    const { url } = await stage.start({ durable: true });
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
    await stage.start();
    await expect(stage.start()).rejects.toThrow(EmbeddedPostgresError);
    await expect(stage.start()).rejects.toThrow(`${stage.dataDir} is in use`);
  });

  it('lets exactly one of several first starts at once win', async () => {
    stage.dataDir = stage.freshDataDir();
    const outcomes = await Promise.allSettled([stage.start(), stage.start(), stage.start()]);
    const refusals = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refusals.map(({ reason }) => String(reason))).toEqual([
      expect.stringContaining('is in use'),
      expect.stringContaining('is in use'),
    ]);
  });

  it('attaches to the running server, and leaves it running', async () => {
    const owner = stage.own();
    const { url } = await owner.answer;
    const joined = await stage.start({ attach: true });
    expect(joined.url).toBe(url);
    await joined.stop();
    expect(await query(joined.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await owner.finish()).toBe(0);
    // No server to attach to any more: it starts its own.
    expect((await stage.start({ attach: true })).firstStart).toBe(false);
  });

  it('refuses a wrong password', async () => {
    const url = new URL((await stage.start()).url);
    url.password = 'wrong';
    await expect(query(url.toString(), 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('keeps its files to itself', async () => {
    const { url } = await stage.start();
    const { folder, cluster } = await locateCluster(stage.dataDir);
    const modes = [
      stage.dataDir,
      cluster,
      join(folder, 'server.log'),
      join(stage.dataDir, 'embedded-password'),
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
    await expect(stage.start({ settings: { no_such_setting: '1' } })).rejects.toThrow(
      /DATABASE_URL[^]*unrecognized configuration parameter "no_such_setting"/,
    );
    await stage.start(); // It released the folder.
  });

  it('sets a new password when its file is lost', async () => {
    rmSync(join(stage.dataDir, 'embedded-password'));
    const { url, firstStart } = await stage.start();
    expect(firstStart).toBe(false);
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

// Everything above runs as the user of the tests; these need root to be another user as well.
(isRoot ? describe : describe.skip)('The embedded PostgreSQL, started by root', () => {
  it('runs as a user without privileges, outside the private folder', async () => {
    await stage.start();
    const { account, cluster } = await locateCluster(stage.dataDir);
    expect(account.uid).toBeGreaterThan(0);
    expect(cluster.startsWith(stage.dataDir)).toBe(false);
    expect(statSync(cluster).uid).toBe(account.uid);
    expect(statSync(stage.dataDir).uid).toBe(0);
    const owners = (await serverProcesses(stage.dataDir)).map(
      (pid) => statSync(`/proc/${pid}`).uid,
    );
    expect(new Set(owners)).toEqual(new Set([account.uid]));
  });

  it('needs a name for its user, and says so where a uid has none', async () => {
    const app = copyAppForNobody();
    try {
      const home = dirname(app.dataDir);
      chownSync(home, 54_321, 54_321);
      const nameless = { ...app.command, uid: 54_321, gid: 54_321 };
      const owner = startOwner(nameless, { dataDir: app.dataDir, durable: false });
      stage.keep(owner);
      const { error } = await owner.answer;
      expect(error).toContain('The uid 54321 has no name in /etc/passwd');
    } finally {
      await stage.stopAll();
      app.remove();
    }
  });

  it('does not silently create a new cluster when its cluster is missing', async () => {
    stage.dataDir = stage.freshDataDir();
    await (await stage.start()).stop();
    rmSync((await locateCluster(stage.dataDir)).folder, { recursive: true });
    await expect(stage.start()).rejects.toThrow(`The database of ${stage.dataDir} is gone`);
  });

  it('serves a normal user whose node_modules is read-only and lacks its links', async () => {
    const app = copyAppForNobody();
    try {
      for (const firstStart of [true, false]) {
        const owner = startOwner(app.command, { dataDir: app.dataDir, durable: false });
        stage.keep(owner);
        const { url = '', ...answer } = await owner.answer;
        expect(answer).toMatchObject({ firstStart });
        await query(url, 'CREATE TABLE IF NOT EXISTS kept ()');
        if (firstStart) await owner.kill();
        else expect(await owner.finish()).toBe(0);
      }
      expect(statSync(app.dataDir)).toMatchObject({ uid: app.command.uid });
      expect(filesIn(app.dataDir)).toContain('postgresql');
    } finally {
      await stage.stopAll();
      app.remove();
    }
  });
});
