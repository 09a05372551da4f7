import {
  chmod,
  copyFile,
  lstat,
  mkdir,
  readFile,
  readdir,
  rename,
  rm,
  symlink,
} from 'node:fs/promises';
import { basename, join, dirname } from 'node:path';
import { makePrivateFolder } from '../../config/private-folder.js';
import { EmbeddedPostgresError, systemErrorCode } from './embedded-postgres.error.js';
import type { PlatformPackage } from './platform-package.resolver.js';
import { randomSuffix } from './safe-files.js';
import type { ServerAccount } from './server.account.js';
import type { CommandResult } from './server.command.js';
import { runAs } from './server.command.js';

/** A tree with bin, lib and share that the server's account can run. */
export interface ServerBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * The package's binaries in place, or else a copy in `copiesDir`: needed when the account may not enter the
 * project's folder (below /root), or when the library links are missing from a node_modules that we may not
 * write to.
 */
export async function provideBinaries(
  source: PlatformPackage,
  account: ServerAccount,
  copiesDir: () => string,
): Promise<ServerBinaries> {
  if ((await linkLibraries(source.nativeDir)) && (await runs(source.nativeDir, account)).code === 0)
    return binariesIn(source.nativeDir);

  const target = join(copiesDir(), `postgresql-${source.id}`);
  await copyOnce(source.nativeDir, target);
  const proof = await runs(target, account);
  if (proof.code === 0) return binariesIn(target);
  throw new EmbeddedPostgresError(
    `The PostgreSQL binaries in ${target} do not run on this machine (they need glibc and a folder without noexec): set DATABASE_URL to a PostgreSQL server, or delete that folder to have it copied anew.\n${proof.output}`,
  );
}

function binariesIn(dir: string): ServerBinaries {
  return { initdb: join(dir, 'bin', 'initdb'), postgres: join(dir, 'bin', 'postgres') };
}

/** Running it is the only proof: it covers traversal, modes, noexec mounts, links and the C library. */
function runs(dir: string, account: ServerAccount): Promise<CommandResult> {
  const script = 'test -r "$1/share/postgresql/postgres.bki" && exec "$1/bin/postgres" --version';
  return runAs(account, '/bin/sh', ['-c', script, 'sh', dir]);
}

/**
 * Makes the library links that `npm install --ignore-scripts` leaves out; false where we may not.
 * Two starts at once are fine: a link appears whole, and the second one finds it there.
 */
async function linkLibraries(nativeDir: string): Promise<boolean> {
  const list = await readFile(join(nativeDir, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  // Paths from the package's root; a link never leaves its folder.
  const links = JSON.parse(list) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(dirname(nativeDir), target);
    if (await lstat(path).catch(() => undefined)) continue;
    try {
      await symlink(basename(source), path);
    } catch (error) {
      if (systemErrorCode(error) !== 'EEXIST') return false;
    }
  }
  return true;
}

/**
 * Copies to a temporary folder and renames it, so that no process runs an incomplete copy; a complete copy
 * is reused.
 */
async function copyOnce(source: string, target: string): Promise<void> {
  if (!(await lstat(target).catch(() => undefined))) {
    const beside = `${target}.${randomSuffix()}`;
    const native = join(beside, 'native');
    try {
      makePrivateFolder(beside, 0o755);
      await copyTree(source, native);
      await linkLibraries(native);
      await rename(native, target);
    } catch (error) {
      // A concurrent start was faster: use its copy.
      if (!['ENOTEMPTY', 'EEXIST'].includes(systemErrorCode(error) ?? '')) throw error;
    } finally {
      await rm(beside, { recursive: true, force: true });
    }
  }
  makePrivateFolder(target, 0o755);
}

/** Everybody may read and run the copy, only we may write to it. Static libraries stay behind. */
async function copyTree(source: string, target: string): Promise<void> {
  await mkdir(target);
  await chmod(target, 0o755);
  for (const entry of await readdir(source, { withFileTypes: true })) {
    const from = join(source, entry.name);
    const to = join(target, entry.name);
    if (entry.isDirectory()) await copyTree(from, to);
    if (!entry.isFile() || entry.name.endsWith('.a')) continue;
    await copyFile(from, to);
    await chmod(to, ((await lstat(from)).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}
