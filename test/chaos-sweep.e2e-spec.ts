import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Cluster } from '../bench/chaos/cluster.js';
import { serverProcesses } from '../bench/server-processes.js';
import { sweep } from '../bench/sweep.js';
import { locateCluster } from '../src/database/embedded/cluster.location.js';
import { readPostmasterPid } from '../src/database/embedded/postmaster.pid.js';
import { processIdentity } from '../src/database/embedded/process.identity.js';

jest.setTimeout(60_000);

describe('what is left after a chaos drill', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nba-sweep-'));
  });
  afterEach(() => rm(`${folder}-logs`, { recursive: true, force: true }));

  it('is nothing, not even a database that was frozen', async () => {
    const dataDir = join(folder, 'deep', 'database');
    await mkdir(join(folder, 'deep'));
    const cluster = await Cluster.create(dataDir);
    await cluster.start();
    cluster.freeze();
    const { folder: itsFolder, cluster: files } = await locateCluster(dataDir);
    const pids = serverProcesses((await readPostmasterPid(files))!.pid);
    expect(pids.length).toBeGreaterThan(3);
    expect(await sweep(folder, false)).toBeUndefined();
    expect(pids.filter((pid) => processIdentity(pid) !== undefined)).toEqual([]);
    expect([existsSync(folder), existsSync(itsFolder)]).toEqual([false, false]);
    const beside = await readdir(dirname(folder));
    expect(beside.filter((name) => name.startsWith(basename(folder)))).toEqual([]);
  });

  it('is no process that works in the folder, whatever group it made for itself', async () => {
    await mkdir(join(folder, 'data'));
    const inside = spawn('sleep', ['600'], {
      cwd: join(folder, 'data'),
      detached: true,
      stdio: 'ignore',
    });
    const ended = once(inside, 'exit');
    await sweep(folder, false);
    expect(await ended).toEqual([null, 'SIGKILL']);
  });

  it('is the logs of its servers and databases where it found a fault', async () => {
    await writeFile(join(folder, 'server-1.log'), 'a line');
    await Cluster.create(join(folder, 'database')).then((cluster) => cluster.start());
    const kept = await sweep(folder, true);
    expect(kept).toBe(`${folder}-logs`);
    expect((await readdir(kept!)).sort()).toEqual(['database-postgresql.log', 'server-1.log']);
    expect(existsSync(folder)).toBe(false);
  });
});
