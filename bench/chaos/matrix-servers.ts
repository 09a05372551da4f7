import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serverAccount } from '../../src/database/embedded/server.account.js';
import { runAs } from '../../src/database/embedded/server.command.js';
import {
  INSTALLED_POSTGRES,
  programFolder,
  type RunningProgram,
  startProgram,
} from '../programs.js';
import { freePort } from '../server-process.js';

/** Major and minor version of the PgBouncer on PATH; undefined where there is none. */
export function pgBouncerVersion(): readonly [number, number] | undefined {
  const { stdout } = spawnSync('pgbouncer', ['--version'], { encoding: 'utf8' });
  const found = /PgBouncer (\d+)\.(\d+)/.exec(stdout);
  return found ? [Number(found[1]), Number(found[2])] : undefined;
}

/** Starts an installed PostgreSQL on a new cluster; its superuser is `postgres`, without a password. */
export async function startInstalled(version: string, parent: string): Promise<RunningProgram> {
  const bin = join(INSTALLED_POSTGRES, version, 'bin');
  const folder = await programFolder(parent, `postgresql-${version}`);
  const cluster = join(folder, 'cluster');
  const args = ['-D', cluster, '-U', 'postgres', '-A', 'trust', '--no-sync', '-E', 'UTF8'];
  const made = await runAs(serverAccount(), join(bin, 'initdb'), args);
  if (made.code !== 0) throw new Error(`initdb of PostgreSQL ${version} failed: ${made.output}`);
  const port = await freePort();
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: 'off' };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return startProgram(join(bin, 'postgres'), ['-D', cluster, '-p', String(port), ...flags], {
    folder,
    port,
    signal: 'SIGINT',
  });
}

/** Starts PgBouncer before a database, with its own defaults but for what is given. */
export async function startPgBouncer(
  parent: string,
  databaseUrl: string,
  settings: Readonly<Record<string, string>>,
): Promise<RunningProgram> {
  const folder = await programFolder(parent, `pgbouncer-${settings.pool_mode ?? 'session'}`);
  const { hostname, port: serverPort, username, password, pathname } = new URL(databaseUrl);
  const port = await freePort();
  const users = join(folder, 'users.txt');
  await writeFile(users, `"${username}" "${password}"\n`, { mode: 0o644 });
  const lines = Object.entries({
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: '',
    auth_type: 'plain',
    auth_file: users,
    ...settings,
  });
  const ini = join(folder, 'pgbouncer.ini');
  await writeFile(
    ini,
    `[databases]\n${pathname.slice(1)} = host=${hostname} port=${serverPort}\n[pgbouncer]\n${lines
      .map(([name, value]) => `${name} = ${value}`)
      .join('\n')}\n`,
    { mode: 0o644 },
  );
  return startProgram('pgbouncer', [ini], { folder, port, signal: 'SIGTERM' });
}
