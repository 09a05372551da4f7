import { spawn } from 'node:child_process';
import type { ServerAccount } from './server.account.js';
import { ownAccount } from './server.account.js';

/** The environment of PostgreSQL and its tools: English messages, no secrets. */
export const SERVER_ENVIRONMENT = { LC_ALL: 'C', PATH: '/usr/bin:/bin' } as const;

/** Output of a finished command. */
export interface CommandResult {
  /** Exit code, or null when it could not be started or was killed. */
  readonly code: number | null;
  readonly output: string;
}

/** Options of spawn that make a command run as the account, in a folder that everybody may enter. */
export function spawnAs(account: ServerAccount): {
  cwd: string;
  env: Record<string, string>;
  uid?: number;
  gid?: number;
} {
  const base = { cwd: '/', env: { ...SERVER_ENVIRONMENT } };
  return account.uid === ownAccount().uid ? base : { ...base, uid: account.uid, gid: account.gid };
}

/** Runs a command to its end as the account, and never throws: the caller judges the result. */
export function runAs(
  account: ServerAccount,
  command: string,
  args: readonly string[],
  input = '',
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...spawnAs(account), stdio: 'pipe' });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.stdin.on('error', () => undefined); // It may exit without reading its input.
    child.on('error', (error) => resolve({ code: null, output: error.message }));
    child.on('close', (code) => resolve({ code, output: output.trim() }));
    child.stdin.end(input);
  });
}
