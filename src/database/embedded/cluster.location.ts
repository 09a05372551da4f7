import { chown, link, lstat, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { FolderError, makePrivateFolder } from '../../config/private-folder.js';
import { EmbeddedPostgresError, systemErrorCode } from './embedded-postgres.error.js';
import { randomSuffix, writeFileDurably } from './safe-files.js';
import type { ServerAccount } from './server.account.js';
import { ownAccount, serverAccount } from './server.account.js';

/** Where root keeps what an unprivileged account must reach; the first one that can be made. */
export const SYSTEM_FOLDERS = ['/var/lib/next-best-actions', '/var/tmp/next-best-actions'] as const;

/** The paths of one cluster, and the account that its server runs as. */
export interface ClusterLocation {
  readonly dataDir: string;
  /** Holds the cluster and the server's log. */
  readonly folder: string;
  /** PostgreSQL's own data directory. */
  readonly cluster: string;
  readonly account: ServerAccount;
}

export interface LocationRecord extends ServerAccount {
  readonly folder: string;
}

/** Stored next to root's cluster, so that it can be removed once its DATA_DIR is gone. */
export interface OwnerRecord {
  readonly dataDir: string;
  /** The file system that DATA_DIR itself is on. */
  readonly device: number;
  /** The file system of its parent; a different one if DATA_DIR is a mount point. */
  readonly parentDevice: number;
}

/** File in DATA_DIR that records where root's cluster is; it has a hard link next to the cluster. */
export const RECORD_FILE = 'embedded.json';
/** The name of the OwnerRecord's file. */
export const OWNER_FILE = 'data-dir.json';

/**
 * Where the cluster of a DATA_DIR is: inside it, except for root. Root's DATA_DIR is 0700, which the
 * server's unprivileged account can't enter, so root's cluster is in a system folder under a random name
 * that `embedded.json` in DATA_DIR records, with the account that owns it.
 */
export async function locateCluster(dataDir: string): Promise<ClusterLocation> {
  const own = ownAccount();
  if (own.uid !== 0) return location(dataDir, join(dataDir, 'postgresql'), own);
  const known = await readRecord(dataDir);
  if (known) return location(dataDir, known.folder, known);
  const account = serverAccount();
  const folder = join(systemFolder(), randomSuffix());
  return location(dataDir, folder, account);
}

function location(dataDir: string, folder: string, account: ServerAccount): ClusterLocation {
  const { uid, gid } = account;
  return { dataDir, folder, cluster: join(folder, 'cluster'), account: { uid, gid } };
}

/** Creates the folder around the cluster: private, but the server's account may pass through it. */
export async function makeClusterFolder({
  dataDir,
  folder,
  account,
}: ClusterLocation): Promise<void> {
  if (ownAccount().uid !== 0) {
    makePrivateFolder(folder, 0o700);
    return;
  }
  const record: LocationRecord = { folder, ...account };
  // Recorded first: a crash in between must not leave a cluster without a record.
  await writeFileDurably(recordPath(dataDir), `${JSON.stringify(record)}\n`);
  makePrivateFolder(folder, 0o750);
  await chown(folder, 0, account.gid);
  await noteOwner({ dataDir, folder });
}

/**
 * Records next to root's cluster which DATA_DIR it belongs to: the path, and a hard link to its
 * `embedded.json`. The link count shows whether the file in DATA_DIR still exists, also after DATA_DIR was
 * moved. If the two are on different file systems, there is no hard link, and the cluster is never removed.
 */
export async function noteOwner({
  dataDir,
  folder,
}: Pick<ClusterLocation, 'dataDir' | 'folder'>): Promise<void> {
  if (ownAccount().uid !== 0) return;
  const [{ dev: device }, { dev: parentDevice }] = await Promise.all([
    stat(dataDir),
    stat(dirname(dataDir)),
  ]);
  const record: OwnerRecord = { dataDir, device, parentDevice };
  const path = join(folder, OWNER_FILE);
  const content = `${JSON.stringify(record)}\n`;
  if ((await readFile(path, 'utf8').catch(() => '')) !== content)
    await writeFileDurably(path, content);
  const first = recordPath(dataDir);
  const second = join(folder, RECORD_FILE);
  // A DATA_DIR that was restored from a backup has another file under the same name.
  if (await areLinked(first, second)) return;
  await linkAnew(first, second);
  // A stale hard link, or a file system that does not count links, would make the cluster look abandoned.
  if (!(await areLinked(first, second))) await rm(second, { force: true });
}

async function areLinked(first: string, second: string): Promise<boolean> {
  const one = await lstat(first, { bigint: true });
  const other = await lstat(second, { bigint: true }).catch(() => undefined);
  return one.dev === other?.dev && one.ino === other.ino && other.nlink > 1n;
}

async function linkAnew(first: string, second: string): Promise<void> {
  const beside = `${second}.${randomSuffix()}`;
  try {
    await link(first, beside);
    await rename(beside, second);
  } catch (error) {
    if (!['EXDEV', 'EPERM', 'ENOTSUP'].includes(systemErrorCode(error) ?? '')) throw error;
  } finally {
    await rm(beside, { force: true });
  }
}

/**
 * Root's shared folder for clusters and copies of the binaries: everybody may enter, only root may write.
 */
export function systemFolder(): string {
  let failure: unknown;
  for (const path of SYSTEM_FOLDERS) {
    try {
      makePrivateFolder(path, 0o755);
      return path;
    } catch (error) {
      failure ??= error;
    }
  }
  const reason = failure instanceof FolderError && failure.code ? ` (${failure.code})` : '';
  throw new EmbeddedPostgresError(
    `Started by root, the database lies in ${SYSTEM_FOLDERS[0]}, since PostgreSQL refuses to run as root, and that folder can't be made${reason}: start the application as a normal user, mount a folder of root's there, or set DATABASE_URL.`,
    { cause: failure },
  );
}

/**
 * Deletes the cluster of a DATA_DIR (and DATA_DIR), wherever it is. Nothing may run on it. Only for tests
 * and for starting over: it can't be undone.
 */
export async function removeClusterAndDataDir(dataDir: string): Promise<void> {
  const known = ownAccount().uid === 0 ? await readRecord(resolve(dataDir)) : undefined;
  const options = { recursive: true, force: true, maxRetries: 5 } as const;
  if (known) await rm(known.folder, options);
  await rm(dataDir, options);
}

function recordPath(dataDir: string): string {
  return join(dataDir, RECORD_FILE);
}

/** The record in a DATA_DIR of root's; undefined when there is none, throws when it makes no sense. */
export async function readRecord(dataDir: string): Promise<LocationRecord | undefined> {
  const path = recordPath(dataDir);
  if (!(await lstat(path).catch(() => undefined))) return undefined;
  try {
    const record = JSON.parse(await readFile(path, 'utf8')) as LocationRecord;
    const ours = SYSTEM_FOLDERS.some((system) => dirname(record.folder) === system);
    if (ours && /^[0-9a-f]{16}$/.test(basename(record.folder)) && record.uid > 0) return record;
  } catch {
    // Fall through to the error below.
  }
  throw new EmbeddedPostgresError(
    `${path} does not say where the database lies: restore it, or delete it to begin with a new database.`,
  );
}
