import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { EmbeddedPostgresOptions } from '../../src/database/embedded/embedded-postgres.js';

/** What the owner's process says once its server is ready, or has failed. */
export interface OwnerAnswer {
  readonly url?: string;
  readonly port?: number;
  readonly firstStart?: boolean;
  readonly error?: string;
}

/** A process of its own (and of its own group) that owns an embedded server. */
export interface Owner {
  readonly answer: Promise<OwnerAnswer>;
  /** Makes it stop its server, and resolves with its exit code. */
  finish(): Promise<number | null>;
  /** SIGKILL to the whole process group, resolves when the owner is gone. */
  kill(): Promise<void>;
  /** Resolves with its exit code when it ends by itself. */
  ended(): Promise<number | null>;
}

/** How to run the compiled fixture, and as whom. */
export interface OwnerCommand {
  readonly node: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly uid?: number;
  readonly gid?: number;
}

/** Starts an owner of a server on the options' DATA_DIR; one that forgets it ends by itself. */
export function startOwner(
  command: OwnerCommand,
  options: EmbeddedPostgresOptions,
  forgets = false,
): Owner {
  const { node, args, ...identity } = command;
  const child = spawn(node, [...args, JSON.stringify(options), ...(forgets ? ['forgets'] : [])], {
    ...identity,
    detached: true,
    env: { PATH: '/usr/bin:/bin' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  return {
    answer: firstLine(child),
    finish: () => {
      child.stdin.end();
      return exit;
    },
    kill: async () => {
      const runs = child.exitCode === null && child.signalCode === null;
      if (runs && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      await exit;
    },
    ended: () => exit,
  };
}

async function firstLine(child: ChildProcess): Promise<OwnerAnswer> {
  if (!child.stdout) throw new Error('The owner has no standard output.');
  for await (const line of createInterface(child.stdout)) return JSON.parse(line) as OwnerAnswer;
  return { error: 'The owner ended without a word.' };
}
