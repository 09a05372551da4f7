import { readdirSync, readlinkSync } from 'node:fs';
import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  locateCluster,
  removeClusterAndDataDir,
} from '../src/database/embedded/cluster.location.js';
import { awaitFreeCluster, readPostmasterPid } from '../src/database/embedded/postmaster.pid.js';
import { serverProcesses, signalAll, withoutProc } from './server-processes.js';

/** Names by which the data directory of an embedded PostgreSQL is known. */
const MARKS = new Set(['embedded.json', 'embedded-password', 'embedded.lock']);
const DEPTH = 3;

/**
 * Removes a drill's folder with every PostgreSQL whose data directory is in it, also one that still runs:
 * run by root, the files of an embedded one lie elsewhere. With `keepLogs` the logs stay, and the path of their folder is
 * returned.
 */
export async function sweep(folder: string, keepLogs: boolean): Promise<string | undefined> {
  await endProcessesIn(folder);
  const kept = keepLogs ? `${folder}-logs` : undefined;
  const logs = await logsIn(folder, DEPTH);
  const dataDirs = await dataDirsIn(folder, DEPTH);
  for (const dataDir of dataDirs) {
    const location = await locateCluster(dataDir);
    const entry = await readPostmasterPid(location.cluster);
    if (entry && entry.pid > 0) {
      signalAll(withoutProc() ? [entry.pid] : serverProcesses(entry.pid), 'SIGKILL');
    }
    await awaitFreeCluster(location);
    logs.push([`${basename(dataDir)}-postgresql.log`, join(location.folder, 'server.log')]);
  }
  if (kept !== undefined) {
    await mkdir(kept);
    for (const [name, path] of logs) await copyFile(path, join(kept, name)).catch(() => undefined);
  }
  for (const dataDir of dataDirs) await removeClusterAndDataDir(dataDir);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  return kept;
}

/**
 * Kills what runs inside the folder, whatever process group it made for itself: PostgreSQL works in its
 * data directory, and Patroni starts it in a session of its own.
 */
async function endProcessesIn(folder: string): Promise<void> {
  if (withoutProc()) return;
  for (let inside = processesIn(folder); inside.length > 0; inside = processesIn(folder)) {
    signalAll(inside, 'SIGKILL');
    await delay(50);
  }
}

function processesIn(folder: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid)
    .filter((pid) => directoryOf(pid)?.startsWith(folder + sep));
}

/** The working directory; undefined where the process has just ended or is another user's. */
function directoryOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

async function logsIn(folder: string, depth: number): Promise<[name: string, path: string][]> {
  const found: [string, string][] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isFile() && entry.name.endsWith('.log')) found.push([entry.name, path]);
    if (entry.isDirectory() && depth > 0) {
      const inside = await logsIn(path, depth - 1).catch(() => []);
      found.push(...inside.map(([name, log]): [string, string] => [`${entry.name}-${name}`, log]));
    }
  }
  return found;
}

async function dataDirsIn(folder: string, depth: number): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  if (entries.some(({ name }) => MARKS.has(name))) return [folder];
  if (depth === 0) return [];
  const folders = entries.filter((entry) => entry.isDirectory());
  const inside = folders.map(({ name }) => dataDirsIn(join(folder, name), depth - 1));
  return (await Promise.all(inside)).flat();
}
