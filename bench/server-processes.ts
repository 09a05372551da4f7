import { existsSync, readdirSync } from 'node:fs';
import { type Client } from 'pg';
import { procStat } from './proc-stat.js';

/** Why the processes of a server can't be found here; undefined where they can. */
export function withoutProc(): string | undefined {
  return existsSync('/proc/self/stat') ? undefined : 'this system has no /proc';
}

/** A postmaster and its children, which are all the processes of a server, the postmaster first. */
export function serverProcesses(postmaster: number): number[] {
  const children = readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && procStat(pid)?.parent === postmaster);
  return [postmaster, ...children];
}

/** Sends a signal to each, also where one has just ended. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has just ended.
    }
  }
}

/**
 * How to read the CPU time of the server that a client is connected to, in s: of all its processes, those
 * that have ended included.
 */
export async function clusterCpuSeconds(client: Client): Promise<() => number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const postmaster = procStat(rows[0]!.pid)?.parent ?? 0;
  return () =>
    serverProcesses(postmaster)
      .map((pid) => procStat(pid)?.cpu ?? 0)
      .reduce((sum, seconds) => sum + seconds, procStat(postmaster)?.cpuOfEnded ?? 0);
}
