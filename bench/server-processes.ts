import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type Client } from 'pg';

/** Why the processes of a server can't be found here; undefined where they can. */
export function withoutProc(): string | undefined {
  return existsSync('/proc/self/stat') ? undefined : 'this system has no /proc';
}

/** A postmaster and its children, which are all the processes of a server, the postmaster first. */
export function serverProcesses(postmaster: number): number[] {
  const children = readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && parentOf(pid) === postmaster);
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

/** Source: proc_pid_stat(5): the second field after the command, which may hold blanks and brackets. */
function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0;
  }
}

/**
 * How to read the CPU time of the server that a client is connected to, in s: of all its processes, those
 * that have ended included.
 */
export async function clusterCpuSeconds(client: Client): Promise<() => number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const postmaster = parentOf(rows[0]!.pid);
  return () => {
    const [own = 0, ...children] = serverProcesses(postmaster).map((pid) => cpuOf(pid));
    return children.reduce((sum, seconds) => sum + seconds, own + cpuOf(postmaster, 'ended'));
  };
}

/** CPU time in s, of a process or of its children that have ended. Source: proc(5), fields 14 to 17. */
function cpuOf(pid: number, whose: 'own' | 'ended' = 'own'): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const first = whose === 'own' ? 11 : 13;
    return (fields[first]! + fields[first + 1]!) / 100;
  } catch {
    return 0;
  }
}
