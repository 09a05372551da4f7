import { randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EmbeddedPostgresError, systemErrorCode } from './embedded-postgres.error.js';
import { ownAccount } from './server.account.js';

/** A suffix that no other process picks. */
export function randomSuffix(): string {
  return randomBytes(8).toString('hex');
}

/**
 * Makes a folder of ours with exactly this mode, or takes an existing one that is ours.
 * A folder (or symbolic link) that somebody else put there is refused: they could swap its content.
 */
export async function ensureOwnFolder(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode });
    const found = await lstat(path);
    if (!found.isDirectory() || found.uid !== ownAccount().uid) {
      throw new EmbeddedPostgresError(
        `${path} is not a folder of the user that runs the application: give it to that user, or choose another DATA_DIR.`,
      );
    }
    if ((found.mode & 0o7777) !== mode) await chmod(path, mode);
  } catch (cause) {
    if (cause instanceof EmbeddedPostgresError) throw cause;
    throw new EmbeddedPostgresError(
      `The folder ${path} can't be made (${systemErrorCode(cause) ?? String(cause)}): choose a DATA_DIR that can be written to.`,
      { cause },
    );
  }
}

/** Writes a private file so that after a crash or a power cut it is there in full or not at all. */
export async function writeFileDurably(path: string, content: string): Promise<void> {
  const beside = `${path}.${randomSuffix()}`;
  const file = await open(beside, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
  await syncFolder(dirname(path));
}

/** Makes the names in a folder (a rename into it) survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
