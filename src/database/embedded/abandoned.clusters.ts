import { lstat, readFile, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ClusterLocation, OwnerRecord } from './cluster.location.js';
import { OWNER_FILE, readRecord, RECORD_FILE, SYSTEM_FOLDERS } from './cluster.location.js';
import { isInUse } from './postmaster.pid.js';
import { isMissing } from './safe-files.js';
import { ownAccount } from './server.account.js';

/** The names that root's clusters get: see randomSuffix. */
const CLUSTER_NAME = /^[0-9a-f]{16}$/;

/**
 * Removes root's clusters whose DATA_DIR was deleted: they are in a system folder, where nobody would look
 * for them. A cluster stays if there is any doubt: no record of its DATA_DIR, no hard link to its
 * `embedded.json` (as when the two are on different file systems), a DATA_DIR that was a mount point, was
 * moved or is on a disk that is not mounted, or a postmaster.pid.
 */
export async function removeAbandonedClusters({ folder: own }: ClusterLocation): Promise<void> {
  if (ownAccount().uid !== 0) return;
  for (const system of SYSTEM_FOLDERS) {
    for (const name of await readdir(system).catch(() => [])) {
      const folder = join(system, name);
      if (!CLUSTER_NAME.test(name) || folder === own) continue;
      // Errors are ignored: another start may be removing the same cluster.
      if (await isAbandoned(folder).catch(() => false))
        await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

async function isAbandoned(folder: string): Promise<boolean> {
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== 0) return false;
  const { dataDir, device, parentDevice } = JSON.parse(
    await readFile(join(folder, OWNER_FILE), 'utf8'),
  ) as OwnerRecord;
  // A mount point (or a record from before both were noted) may be mounted again.
  if (device !== parentDevice) return false;
  // Deleted, or is its disk not mounted?
  if ((await stat(await nearestFolder(dataDir))).dev !== device) return false;
  if (!(await isMissing(dataDir))) {
    // Was it created again, with another cluster?
    const record = await readRecord(dataDir);
    if (!record || record.folder === folder) return false;
  }
  // The proof that DATA_DIR was deleted and not moved: its hard link to this file is gone.
  if ((await lstat(join(folder, RECORD_FILE))).nlink !== 1) return false;
  return !(await isInUse(join(folder, 'cluster')));
}

/** The path itself, or the closest folder above it that exists. */
async function nearestFolder(path: string): Promise<string> {
  return (await isMissing(path)) ? nearestFolder(dirname(path)) : path;
}
