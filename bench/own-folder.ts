import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { sweep } from './sweep.js';
import { killGroup } from './process-group.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Options of {@link inOwnFolder}. */
export interface OwnFolderOptions {
  /** Keeps the logs of what failed, and prints where they are. */
  readonly keepLogs?: boolean;
}

/**
 * Runs this process's entry again in a process group of its own, with a folder in which it may start
 * servers and clusters. Its processes are stopped and its files removed before this process ends, whether
 * it ends normally, with an error or by a signal.
 */
export async function inOwnFolder(
  work: (folder: string) => Promise<void>,
  { keepLogs = false }: OwnFolderOptions = {},
): Promise<void> {
  const given = process.env.BENCH_FOLDER;
  if (given !== undefined) {
    await work(given);
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'next-best-actions-bench-'));
  const stopped = new AbortController();
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, BENCH_FOLDER: folder },
  });
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      stopped.abort(signal);
      killGroup(child);
    });
  }
  const [code] = (await once(child, 'exit')) as [number | null];
  killGroup(child);
  const logs = await sweep(folder, keepLogs && code !== 0 && !stopped.signal.aborted);
  if (logs !== undefined) console.error(`Logs: ${logs}`);
  const { reason } = stopped.signal as { reason?: (typeof SIGNALS)[number] };
  process.exit(reason === undefined ? (code ?? 1) : 128 + constants.signals[reason]);
}
