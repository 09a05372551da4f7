import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { chmod, chown, mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { serverAccount } from '../src/database/embedded/server.account.js';
import { spawnAs } from '../src/database/embedded/server.command.js';

const READY_WITHIN_MS = 30_000;

/** A server program of the machine, such as PgBouncer, started for a drill. */
export interface RunningProgram {
  readonly port: number;
  readonly pid: number;
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>;
}

/** How a program is started. */
export interface ProgramOptions {
  /** A folder of {@link programFolder}; its output is written there, as `log`. */
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
  await mkdir(folder);
  await chown(folder, uid, gid);
  return folder;
}

/** Starts a program as the account of the servers; resolves once it listens. */
export async function startProgram(
  command: string,
  args: readonly string[],
  { folder, port, signal: usual }: ProgramOptions,
): Promise<RunningProgram> {
  const log = openSync(join(folder, 'log'), 'a');
  const options = spawnAs(serverAccount());
  const env = { ...options.env, PATH: `${options.env.PATH}:/usr/sbin:/usr/local/bin` };
  const child = spawn(command, args, { ...options, env, stdio: ['ignore', log, log] });
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
    throw new Error(`${command} did not start: see ${join(folder, 'log')}.`, { cause: error });
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
