import { lstat, readFile, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ClusterLocation, OwnerRecord } from './cluster.location.js';
import { OWNER_FILE, readRecord, RECORD_FILE, SYSTEM_FOLDERS } from './cluster.location.js';
import { systemErrorCode } from './embedded-postgres.error.js';
import { isInUse } from './postmaster.pid.js';
import { ownAccount } from './server.account.js';

/** The names that root's clusters get: see randomSuffix. */
const CLUSTER_NAME = /^[0-9a-f]{16}$/;

/**
 * Removes root's clusters whose DATA_DIR was deleted: they lie in a system folder, where nobody
 * would look for them. One that is in doubt stays: without a record of its DATA_DIR, on a disk that
 * is not mounted now, with a moved DATA_DIR, or with a server that runs on it.
 */
export async function removeAbandonedClusters({ folder: own }: ClusterLocation): Promise<void> {
  if (ownAccount().uid !== 0) return;
  for (const system of SYSTEM_FOLDERS) {
    for (const name of await readdir(system).catch(() => [])) {
      const folder = join(system, name);
      if (!CLUSTER_NAME.test(name) || folder === own) continue;
      // What fails here is somebody else's business, too: another start may be removing it.
      if (await isAbandoned(folder).catch(() => false))
        await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

async function isAbandoned(folder: string): Promise<boolean> {
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== 0) return false;
  const { dataDir, device } = JSON.parse(
    await readFile(join(folder, OWNER_FILE), 'utf8'),
  ) as OwnerRecord;
  if (await isMissing(dataDir)) {
    // Deleted, or its disk is not mounted?
    if ((await stat(await nearestFolder(dataDir))).dev !== device) return false;
  } else {
    // There again, with a cluster of its own?
    const record = await readRecord(dataDir);
    if (!record || record.folder === folder) return false;
  }
  const second = await stat(join(folder, RECORD_FILE)).catch(() => undefined);
  if (second && second.nlink > 1) return false;
  const cluster = join(folder, 'cluster');
  const owner = await lstat(cluster).catch(() => undefined);
  // No cluster yet: an interrupted first start.
  if (!owner) return true;
  return !(await isInUse({ dataDir, folder, cluster, account: owner }));
}

async function isMissing(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return false;
  } catch (error) {
    return ['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '');
  }
}

/** The path itself, or the closest folder above it that exists. */
async function nearestFolder(path: string): Promise<string> {
  return (await isMissing(path)) ? nearestFolder(dirname(path)) : path;
}
