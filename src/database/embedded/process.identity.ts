import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { SERVER_ENVIRONMENT } from './server.command.js';

/**
 * Distinguishes a running process from a later one with the same pid: its start time and boot. Undefined if
 * no such process runs; a zombie counts as not running.
 */
export function processIdentity(pid: number): string | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  if (!existsSync('/proc/self/stat')) {
    return ps(pid, 'lstart=') || undefined;
  }
  try {
    // Fields after the command, which may itself hold blanks and brackets: state is the first of
    // them, the start time in clock ticks the twentieth (proc_pid_stat(5)).
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}/${fields[19] ?? ''}`;
  } catch {
    return undefined;
  }
}

/** One column of ps(1) for a process, '' when it does not live. For systems without /proc. */
export function ps(pid: number, column: string): string {
  const options = { env: { ...SERVER_ENVIRONMENT }, encoding: 'utf8' } as const;
  const { error, stdout } = spawnSync('ps', ['-o', column, '-p', String(pid)], options);
  return error ? '' : stdout.trim();
}
