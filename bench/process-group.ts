import { type ChildProcess } from 'node:child_process';

/** Ends a process that was started `detached`, and whatever it started itself. */
export function killGroup({ pid }: Pick<ChildProcess, 'pid'>): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of it is left.
  }
}
