import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';

const MAX_BYTES = 10 * 1024 * 1024;
const TAIL_LINES = 15;

/** The server's log of one start. */
export interface ServerLog {
  readonly path: string;
  readonly file: FileHandle;
  /** What was written since this start. */
  written(): Promise<string>;
}

/** Opens the log for appending (0600); one over 10 MB is first set aside as server.log.1. */
export async function openServerLog(folder: string): Promise<ServerLog> {
  const path = join(folder, 'server.log');
  const before = await stat(path).catch(() => undefined);
  if (before && before.size > MAX_BYTES) await rename(path, `${path}.1`);
  const { O_APPEND, O_CREAT, O_RDWR, O_NOFOLLOW } = constants;
  const file = await open(path, O_APPEND | O_CREAT | O_RDWR | O_NOFOLLOW, 0o600);
  const from = (await file.stat()).size;
  return {
    path,
    file,
    written: async () => {
      const buffer = Buffer.alloc((await file.stat()).size - from);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
      return buffer.toString('utf8', 0, bytesRead);
    },
  };
}

/** The last lines of a log, for an error message. */
export function lastLines(text: string): string {
  return text.trim().split('\n').slice(-TAIL_LINES).join('\n');
}
