import { link, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { systemErrorCode } from './embedded-postgres.error.js';
import { processIdentity } from './process.identity.js';
import { randomSuffix } from './safe-files.js';

/** Who holds a lock. */
export interface LockClaim {
  readonly pid: number;
  /** Distinguishes the process from a later one with the same pid. */
  readonly identity: string;
  readonly nonce: string;
}

/** A lock that this process holds until it releases it or dies. */
export interface ClusterLock {
  release(): Promise<void>;
}

/** Takes the lock file for this process, or returns the living process that holds it. */
export async function takeLock(path: string): Promise<ClusterLock | LockClaim> {
  const claim: LockClaim = {
    pid: process.pid,
    identity: processIdentity(process.pid) ?? '',
    nonce: randomSuffix(),
  };
  const holder = await hold(path, claim);
  if (holder) return holder;
  return { release: () => release(path, claim.nonce) };
}

/**
 * A dead holder's file is replaced only under a second lock, named by the nonce of that file. With a plain
 * "delete it, then create mine", two concurrent starts would delete each other's file.
 */
async function hold(path: string, claim: LockClaim): Promise<LockClaim | undefined> {
  const mine = `${path}.${claim.nonce}.new`;
  await writeFile(mine, JSON.stringify(claim), { mode: 0o600, flag: 'wx' });
  try {
    for (;;) {
      try {
        await link(mine, path); // Appears with its whole content, or fails.
        return undefined;
      } catch (error) {
        if (systemErrorCode(error) !== 'EEXIST') throw error;
      }
      const holder = await readClaim(path);
      if (!holder) continue;
      if (isAlive(holder)) return holder;

      const successor = `${path}.${holder.nonce}`;
      const other = await hold(successor, { ...claim, nonce: randomSuffix() });
      if (other) return other;
      try {
        if ((await readClaim(path))?.nonce !== holder.nonce) continue;
        await rename(mine, path);
        return undefined;
      } finally {
        await unlink(successor);
      }
    }
  } finally {
    await rm(mine, { force: true });
  }
}

async function release(path: string, nonce: string): Promise<void> {
  if ((await readClaim(path))?.nonce === nonce) await unlink(path);
}

function isAlive({ pid, identity }: LockClaim): boolean {
  return processIdentity(pid) === identity;
}

/** Undefined when there is none; an unreadable one (a power cut) counts as a dead holder's. */
async function readClaim(path: string): Promise<LockClaim | undefined> {
  try {
    const claim = JSON.parse(await readFile(path, 'utf8')) as Partial<LockClaim> | null;
    return { pid: claim?.pid ?? 0, identity: claim?.identity ?? '-', nonce: claim?.nonce ?? '-' };
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    if (error instanceof SyntaxError) return { pid: 0, identity: '-', nonce: 'unreadable' };
    throw error;
  }
}
