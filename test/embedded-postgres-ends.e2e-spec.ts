import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { locateCluster } from '../src/database/embedded/cluster.location.js';
import { readPostmasterPid } from '../src/database/embedded/postmaster.pid.js';
import {
  filesIn,
  insertUntilKilled,
  noServerRuns,
  query,
  serverProcesses,
} from './support/embedded-probes.js';
import { useEmbeddedStage } from './support/embedded-stage.js';
import { eventually } from './support/eventually.js';

jest.setTimeout(60_000);

const stage = useEmbeddedStage();

describe('The embedded PostgreSQL that ends by itself', () => {
  it.each([
    ['it was killed', false],
    ['its supervisor was killed', true],
  ])('is started again on its port after %s, with every row', async (_how, supervisor) => {
    const log = new IncidentLog();
    const { url, port } = await stage.start({ durable: true, logger: log });
    await query(url, 'CREATE TABLE IF NOT EXISTS survivors AS SELECT 42 AS answer');
    const pid = await postmasterOf(stage.dataDir);
    process.kill(supervisor ? parentOf(pid) : pid, 'SIGKILL');
    await eventually('it runs again', () => log.lines.length >= 2);
    expect(log.lines).toEqual([
      'the embedded PostgreSQL has ended by itself: it is started again',
      'the embedded PostgreSQL runs again',
    ]);
    expect(await postmasterOf(stage.dataDir)).not.toBe(pid);
    expect(new URL(url).port).toBe(String(port));
    expect(await query(url, 'SELECT answer FROM survivors')).toEqual([{ answer: 42 }]);
  });

  it('is tried again after a start that failed', async () => {
    const log = new IncidentLog();
    const { url } = await stage.start({ logger: log });
    const { cluster } = await locateCluster(stage.dataDir);
    const configuration = join(cluster, 'postgresql.conf');
    const right = readFileSync(configuration);
    appendFileSync(configuration, 'no_such_setting = 1\n');
    process.kill(await postmasterOf(stage.dataDir), 'SIGKILL');
    await eventually('the start fails', () => log.lines.length >= 2);
    expect(log.lines[1]).toBe('the embedded PostgreSQL could not be started again');
    expect(log.reasons.join()).toContain('no_such_setting');
    writeFileSync(configuration, right);
    await eventually('it runs again', () => log.lines.length >= 3);
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('stays stopped when it is stopped while it is down', async () => {
    const log = new IncidentLog();
    const server = await stage.start({ logger: log });
    process.kill(await postmasterOf(stage.dataDir), 'SIGKILL');
    await eventually('its end is noticed', () => log.lines.length >= 1);
    await server.stop();
    await noServerRuns(stage.dataDir);
    // It released the folder.
    expect((await stage.start()).firstStart).toBe(false);
  });
});

describe('The embedded PostgreSQL and the death of its owner', () => {
  it('does not keep its owner alive, and ends with it', async () => {
    const owner = stage.own({}, true);
    expect(await owner.answer).toMatchObject({ firstStart: false });
    expect(await owner.ended()).toBe(0);
    await noServerRuns(stage.dataDir);
  });

  it('stops the server after a SIGKILL of the whole process group', async () => {
    const owner = stage.own();
    expect(await owner.answer).toMatchObject({ firstStart: false });
    expect(await serverProcesses(stage.dataDir)).not.toEqual([]);
    await owner.kill();
    await noServerRuns(stage.dataDir);
  });

  it('starts right after a SIGKILL under load with every acknowledged row', async () => {
    for (let round = 1; round <= 2; round += 1) {
      const owner = stage.own({ durable: true });
      const { url = '' } = await owner.answer;
      const acknowledged = await insertUntilKilled(url, 50, () => owner.kill());
      const server = await stage.start({ durable: true });
      const rows = await query(server.url, 'SELECT n FROM load');
      await server.stop();
      const kept = new Set(rows.map(({ n }) => n));
      expect(acknowledged.length).toBeGreaterThanOrEqual(50);
      expect(acknowledged.filter((n) => !kept.has(n))).toEqual([]);
    }
  });

  it('starts again after an interrupted initdb', async () => {
    stage.dataDir = stage.freshDataDir();
    const owner = stage.own();
    const initialising = async (): Promise<string | undefined> =>
      filesIn((await locateCluster(stage.dataDir)).folder).find((name) => name.startsWith('init-'));
    await eventually('initdb begins', async () => (await initialising()) !== undefined);
    await owner.kill();
    const leftover = await initialising();
    expect(leftover).toBeDefined();

    const server = await stage.start();
    expect(server.firstStart).toBe(true);
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await eventually('the leftover goes', async () => (await initialising()) === undefined);
  });

  it.each([
    ['that of the first process', 1],
    ['our own', process.pid],
  ])('starts although the recorded pid now is %s', async (_whose, pid) => {
    const { cluster } = await locateCluster(stage.dataDir);
    const lines = [pid, cluster, 1_700_000_000, 5432, '', '127.0.0.1', '', 'ready', ''];
    writeFileSync(join(cluster, 'postmaster.pid'), lines.join('\n'));
    const server = await stage.start();
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
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
