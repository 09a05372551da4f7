import { existsSync, readdirSync, readFileSync } from 'node:fs';

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
