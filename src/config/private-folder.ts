import { accessSync, chmodSync, constants, existsSync, lstatSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { StartError } from './start-error.js';

/** A folder of the application can't be created or used, or belongs to another user. */
export class FolderError extends StartError {
  constructor(
    message: string,
    /** System code such as EROFS; undefined if the folder belongs to another user. */
    readonly code: string | undefined,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What a system code means, in words. */
const REASONS: Readonly<Record<string, string>> = {
  EROFS: 'it lies on a read-only file system',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  ENOTDIR: 'a part of its path is a file',
  ENOSPC: 'the disk is full',
};

/**
 * Creates a folder with exactly this mode, or uses an existing one that this process's user owns. A folder
 * (or symbolic link) of another user is refused: its owner could replace the content. Throws FolderError.
 */
export function makePrivateFolder(path: string, mode: number): void {
  try {
    makeFolders(path, mode);
    const found = lstatSync(path);
    const uid = process.geteuid?.() ?? found.uid;
    if (!found.isDirectory()) {
      throw new FolderError(
        `${path} is not a folder: remove it, or set DATA_DIR to another place.`,
        undefined,
      );
    }
    if (found.uid !== uid) {
      throw new FolderError(
        `${path} is not a folder of the user that runs the application (it belongs to uid ${found.uid}, this is uid ${uid}): give it to that user, or set DATA_DIR to a folder below it, which is then made.`,
        undefined,
      );
    }
    if ((found.mode & 0o7777) !== mode) chmodSync(path, mode);
    accessSync(path, constants.W_OK);
  } catch (cause) {
    if (cause instanceof FolderError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new FolderError(
      `The folder ${path} can't be used (${code}${code in REASONS ? `: ${REASONS[code]}` : ''}): set DATA_DIR to a folder that this user can write to.`,
      code,
      { cause },
    );
  }
}

/** One level at a time: with `recursive`, Node reports a read-only file system as ENOENT. */
function makeFolders(path: string, mode: number): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolders(parent, mode);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    // Another start was faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
