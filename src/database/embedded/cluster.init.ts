import { randomBytes } from 'node:crypto';
import { chown, lstat, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterLocation } from './cluster.location.js';
import { makeClusterFolder } from './cluster.location.js';
import { EmbeddedPostgresError } from './embedded-postgres.error.js';
import { syncFolder, writeFileDurably } from './safe-files.js';
import { ownAccount } from './server.account.js';
import type { ServerBinaries } from './server.binaries.js';
import { runAs } from './server.command.js';
import { lastLines } from './server.log.js';

/** The role and the database that the application uses. */
export const ROLE = 'nba';
export const DATABASE = 'next_best_actions';

const INIT_PREFIX = 'init-';
/** The host's C.UTF-8 classifies letters for full text and trigrams; plain C exists everywhere. */
const LOCALES = ['C.UTF-8', 'C'] as const;

/** The password of a cluster, kept in DATA_DIR. */
export async function readPassword(dataDir: string): Promise<string | undefined> {
  const text = await readFile(passwordPath(dataDir), 'utf8').catch(() => '');
  return text.trim() || undefined;
}

/**
 * Creates the cluster if there is none, and returns its password. initdb runs in a temporary directory that
 * is then renamed: an interrupted initdb leaves a directory that never starts.
 */
export async function ensureCluster(
  location: ClusterLocation,
  binaries: ServerBinaries,
  durable: boolean,
): Promise<{ password: string; firstStart: boolean }> {
  const found = await lstat(location.cluster).catch(() => undefined);
  const exists = found !== undefined;
  const known = await readPassword(location.dataDir);
  refuseForeignOrLost(location, found?.uid, known !== undefined);
  const password = known ?? randomBytes(24).toString('base64url');
  if (exists && known) return { password, firstStart: false };
  if (exists) {
    // DATA_DIR lost its password file: the owner of the files may set a new password.
    await singleUser(location, binaries, location.cluster, [setPassword(password)]);
  } else {
    await makeClusterFolder(location);
    await createBeside(location, binaries, durable, password);
  }
  if (!known) await writeFileDurably(passwordPath(location.dataDir), `${password}\n`);
  return { password, firstStart: !exists };
}

/** Refuses files of another user, and refuses to replace a lost cluster silently with an empty one. */
function refuseForeignOrLost(location: ClusterLocation, owner?: number, wasMade = false): void {
  const { cluster, dataDir, account } = location;
  if (owner !== undefined && owner !== account.uid) {
    throw new EmbeddedPostgresError(
      `${cluster} belongs to another user (uid ${owner}): start the application as that user, or choose another DATA_DIR.`,
    );
  }
  if (owner === undefined && wasMade && !cluster.startsWith(join(dataDir, '/'))) {
    throw new EmbeddedPostgresError(
      `The database of ${dataDir} is gone from ${cluster}, where it lies because the application runs as root: restore that folder, or delete ${dataDir} to begin with a new database (in a container run as a normal user, whose database lies in DATA_DIR, or set DATABASE_URL).`,
    );
  }
}

async function createBeside(
  location: ClusterLocation,
  binaries: ServerBinaries,
  durable: boolean,
  password: string,
): Promise<void> {
  const { folder, cluster, account } = location;
  for (const name of await readdir(folder)) {
    if (name.startsWith(INIT_PREFIX)) await removeLeftover(join(folder, name));
  }
  const beside = await mkdtemp(join(folder, INIT_PREFIX));
  try {
    if (account.uid !== ownAccount().uid) await chown(beside, account.uid, account.gid);
    await initdb(location, binaries, durable, beside);
    await singleUser(location, binaries, beside, [
      setPassword(password),
      `CREATE DATABASE ${DATABASE}`,
    ]);
    // The only way to connect. Until here, the cluster has accepted no connection.
    await writeFile(join(beside, 'pg_hba.conf'), 'host all all 127.0.0.1/32 scram-sha-256\n');
    await rename(beside, cluster);
    if (durable) await syncFolder(folder);
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}

/** An initdb whose parent was killed may still be writing: leftovers are removed at the next start. */
async function removeLeftover(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
}

async function initdb(
  { account }: ClusterLocation,
  binaries: ServerBinaries,
  durable: boolean,
  target: string,
): Promise<void> {
  let output = '';
  for (const locale of LOCALES) {
    const args = ['-D', target, '-U', ROLE, '--auth=trust', '--encoding=UTF8', '--no-instructions'];
    args.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8', `--locale=${locale}`);
    if (!durable) args.push('--no-sync');
    const result = await runAs(account, binaries.initdb, args);
    if (result.code === 0) return;
    output = result.output;
    if (!output.includes('invalid locale name')) break;
  }
  if (output.includes('could not look up effective user ID')) {
    throw new EmbeddedPostgresError(
      `The uid ${account.uid} has no name in /etc/passwd, which PostgreSQL needs: add an entry, start the application as a user that has one, or set DATABASE_URL.`,
    );
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL could not make its database in ${target}: fix what it names, or set DATABASE_URL.\n${lastLines(output)}`,
  );
}

/** Runs statements on a cluster that no server runs on. They may hold the password: never shown. */
async function singleUser(
  { account }: ClusterLocation,
  binaries: ServerBinaries,
  target: string,
  statements: readonly string[],
): Promise<void> {
  const args = ['--single', '-D', target, '-c', 'exit_on_error=on'];
  args.push('-c', 'log_min_error_statement=panic', 'postgres');
  const input = statements.map((statement) => `${statement};\n`).join('');
  const { code } = await runAs(account, binaries.postgres, args, input);
  if (code === 0) return;
  throw new EmbeddedPostgresError(
    `PostgreSQL could not prepare its database in ${target} (exit ${code ?? 'by a signal'}): check the free space of that disk, or set DATABASE_URL.`,
  );
}

function setPassword(password: string): string {
  return `ALTER ROLE ${ROLE} PASSWORD '${password}'`;
}

function passwordPath(dataDir: string): string {
  return join(dataDir, 'embedded-password');
}
