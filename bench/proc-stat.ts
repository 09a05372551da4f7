import { readFileSync } from 'node:fs';

/** What Linux says of a process. Source: proc_pid_stat(5), from the second field after the command on. */
export interface ProcStat {
  readonly parent: number;
  /** CPU time so far, in s. */
  readonly cpu: number;
  /** The same of its children that have ended and were waited for. */
  readonly cpuOfEnded: number;
}

/** Reads that of a process; undefined if it has ended, or the system has no /proc. */
export function procStat(pid: number): ProcStat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command may hold blanks and brackets. Times are counted in hundredths.
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [user, system, userOfEnded, systemOfEnded] = fields.slice(11, 15);
    return {
      parent: fields[1]!,
      cpu: (user! + system!) / 100,
      cpuOfEnded: (userOfEnded! + systemOfEnded!) / 100,
    };
  } catch {
    return undefined;
  }
}
