import { readFile, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-postgres.error.js';
import type { ClusterLocation } from './cluster.location.js';
import { ps } from './process.identity.js';
import { isMissing } from './safe-files.js';
import { runAs } from './server.command.js';

/** What a running server writes into its data directory. */
export interface PostmasterPid {
  readonly pid: number;
  readonly port: number;
  /** True once it accepts connections. */
  readonly ready: boolean;
}

const SHUTDOWN_WAIT_MS = 10_000;
const POLL_MS = 50;

/** Reads postmaster.pid (miscadmin.h: pid is line 1, port line 4, status line 8). */
export function parsePostmasterPid(text: string): PostmasterPid {
  const lines = text.split('\n').map((line) => line.trim());
  return { pid: Number(lines[0]), port: Number(lines[3]), ready: lines[7] === 'ready' };
}

/** The running (or crashed) server's entry; undefined when there is none. */
export async function readPostmasterPid(cluster: string): Promise<PostmasterPid | undefined> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parsePostmasterPid(text);
}

/**
 * Prepares for a new server. If the application of the old one was killed, that server is shutting down:
 * wait for it. The postmaster.pid of a server that crashed is removed once nothing runs in the data
 * directory; otherwise PostgreSQL would refuse to start if its pid now belonged to another process.
 */
export async function awaitFreeCluster(
  location: ClusterLocation,
  signal?: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + SHUTDOWN_WAIT_MS;
  for (;;) {
    signal?.throwIfAborted();
    const entry = await readPostmasterPid(location.cluster);
    if (!entry) return;
    const inside = await processesInside(location, entry.pid);
    if (inside.length === 0) {
      await rm(join(location.cluster, 'postmaster.pid'), { force: true });
      return;
    }
    if (Date.now() > deadline) {
      throw new EmbeddedPostgresError(
        `A PostgreSQL server (process ${inside.join(', ')}) that no running application owns is still using ${location.dataDir}: stop it with kill -INT ${inside[0] ?? ''}, or choose another DATA_DIR.`,
      );
    }
    await delay(POLL_MS);
  }
}

/**
 * Whether a server may run on a cluster. A server that is stopped removes its postmaster.pid; one
 * that crashed leaves it, but so does one that runs in another container, which /proc does not show.
 */
export async function isInUse(cluster: string): Promise<boolean> {
  return !(await isMissing(join(cluster, 'postmaster.pid')));
}

/**
 * The server's processes on this cluster: every one of them has the data directory as its working
 * directory. Asked as the server's own account, because even root may not see another user's
 * working directory in a container without CAP_SYS_PTRACE, whereas nobody else can run a server
 * here: PostgreSQL insists on owning its data directory.
 */
async function processesInside(location: ClusterLocation, recorded: number): Promise<number[]> {
  if (existsSync('/proc/self/cwd')) {
    const script =
      'for p in /proc/[0-9]*; do [ "$p/cwd" -ef "$1" ] && echo "${p#/proc/}"; done 2>/dev/null; :';
    const result = await runAs(location.account, '/bin/sh', ['-c', script, 'sh', location.cluster]);
    return result.output.split('\n').filter(Boolean).map(Number);
  }
  // Without /proc only the recorded process can be judged, by the -D that we start servers with.
  return ps(recorded, 'command=').includes(location.cluster) ? [recorded] : [];
}
