import { randomBytes } from 'node:crypto';
import { lstat, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemErrorCode } from './embedded-postgres.error.js';

/** A suffix that no other process picks. */
export function randomSuffix(): string {
  return randomBytes(8).toString('hex');
}

/**
 * Writes a private file atomically and durably: after a crash or a power cut, it is complete or missing.
 */
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

/** Syncs a folder, so that a rename into it survives a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Whether a path certainly does not exist; one that can't be checked counts as existing. */
export async function isMissing(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return false;
  } catch (error) {
    return ['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '');
  }
}
