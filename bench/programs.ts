import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { serverAccount } from '../src/database/embedded/server.account.js';
import { spawnAs } from '../src/database/embedded/server.command.js';

const READY_WITHIN_MS = 30_000;
/** Where Debian and its derivatives put the servers, a folder for each version. */
export const INSTALLED_POSTGRES = '/usr/lib/postgresql';
/** Where Debian has server programs besides a user's own PATH. */
const SERVER_PATH = '/usr/sbin:/usr/local/bin';

/** The versions of PostgreSQL that this machine has, newest first. */
export function installedVersions(): string[] {
  const versions = existsSync(INSTALLED_POSTGRES) ? readdirSync(INSTALLED_POSTGRES) : [];
  return versions
    .filter((version) => existsSync(join(INSTALLED_POSTGRES, version, 'bin/postgres')))
    .sort((a, b) => Number(b) - Number(a));
}

/** Whether a program is on PATH, or where Debian puts servers. */
export function isInstalled(program: string): boolean {
  const PATH = `${process.env.PATH ?? ''}:${SERVER_PATH}`;
  return spawnSync('/bin/sh', ['-c', `command -v ${program}`], { env: { PATH } }).status === 0;
}

/** A server program of the machine, such as PgBouncer, started for a drill. */
export interface RunningProgram {
  readonly port: number;
  readonly pid: number;
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>;
}

/** How a program is started. */
export interface ProgramOptions {
  /** A folder of {@link programFolder}; its output is written there, as `output.log`. */
  readonly folder: string;
  /** The port of 127.0.0.1 on which it listens once it runs. */
  readonly port: number;
  /** The signal that stops it. */
  readonly signal: NodeJS.Signals;
}

/** A folder that the account of the servers may use; they refuse to run as root. */
export async function programFolder(parent: string, name: string): Promise<string> {
  const { uid, gid } = serverAccount();
  const folder = join(parent, name);
  await chmod(parent, 0o711);
  await mkdir(folder, { mode: 0o700 });
  await chown(folder, uid, gid);
  return folder;
}

/** Starts a program as the account of the servers; resolves once it listens. */
export async function startProgram(
  command: string,
  args: readonly string[],
  { folder, port, signal: usual }: ProgramOptions,
): Promise<RunningProgram> {
  const logFile = join(folder, 'output.log');
  const log = openSync(logFile, 'a');
  const options = spawnAs(serverAccount());
  const env = { ...options.env, PATH: `${options.env.PATH}:${SERVER_PATH}` };
  const child = spawn(command, args, { ...options, env, stdio: ['ignore', log, log] });
  closeSync(log);
  const stop = async (signal = usual): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  try {
    await listening(child, port);
  } catch (error) {
    await stop();
    throw new Error(`${command} did not start: see ${logFile}.`, { cause: error });
  }
  return { port, pid: child.pid!, stop };
}

async function listening(child: ChildProcess, port: number): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    const socket = connect(port, '127.0.0.1');
    const connected = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (connected) return;
    await delay(50);
  }
  throw new Error('It does not listen.');
}

/** The version that a program prints of itself, such as `3.0.2`. */
export function versionOf(program: string, flag = '--version'): string {
  const PATH = `${process.env.PATH ?? ''}:${SERVER_PATH}`;
  const { stdout } = spawnSync(program, [flag], { encoding: 'utf8', env: { PATH } });
  return /\d+(?:\.\d+)+/.exec(stdout)?.[0] ?? 'of an unknown version';
}
