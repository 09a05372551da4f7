import { realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makePrivateFolder } from '../../config/private-folder.js';
import { StartError } from '../../config/start-error.js';
import { DATABASE, ROLE, ensureCluster, readPassword } from './cluster.init.js';
import { removeAbandonedClusters } from './abandoned.clusters.js';
import { locateCluster, noteOwner, systemFolder } from './cluster.location.js';
import { takeLock } from './cluster.lock.js';
import { EmbeddedPostgresError } from './embedded-postgres.error.js';
import { findPlatformPackage } from './platform-package.resolver.js';
import type { PlatformPackage } from './platform-package.resolver.js';
import { awaitFreeCluster, readPostmasterPid } from './postmaster.pid.js';
import { ownAccount } from './server.account.js';
import { provideBinaries } from './server.binaries.js';
import { ServerKeeper, type ServerLogger } from './server.keeper.js';
import { launchServer } from './server.launcher.js';

export { EmbeddedPostgresError } from './embedded-postgres.error.js';

const ATTACH_PATIENCE_MS = 30_000;
const POLL_MS = 50;

/** How to start the embedded PostgreSQL. */
export interface EmbeddedPostgresOptions {
  /** Folder that holds the cluster and its password (the app's DATA_DIR, default .data), made 0700. */
  dataDir: string;
  /** False for tests only: --no-sync at init, fsync=off, full_page_writes=off, synchronous_commit=off. Default true. */
  durable?: boolean;
  /** Additional `-c name=value` server settings. */
  settings?: Readonly<Record<string, string>>;
  /** If a server of ours already runs on this folder: join it instead of failing (for the migration CLI). Default false. */
  attach?: boolean;
  /** Logs a server that ended by itself, and each attempt to start it again. Default: no log. */
  logger?: ServerLogger;
  /** Aborts the start; what was started is stopped. */
  signal?: AbortSignal;
}

/** A running embedded PostgreSQL. */
export interface EmbeddedPostgres {
  /** postgres://user:password@127.0.0.1:port/database - holds a secret: never log it. */
  readonly url: string;
  readonly port: number;
  /** True when this start made the cluster. */
  readonly firstStart: boolean;
  /** Stops the server (fast shutdown) and resolves when it is down; no-op for an attached one; idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL on the cluster in DATA_DIR, making it on the first start, and resolves once it
 * accepts connections. The server ends with this process, however that ends; where the server ends
 * first, it is started again on the same port.
 * Throws an EmbeddedPostgresError; its message says what to do.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const platformPackage = findPlatformPackage();
  // A symbolic link is followed; its target must belong to this process's user.
  const asGiven = resolve(options.dataDir);
  const dataDir = await realpath(asGiven).catch(() => asGiven);
  makePrivateFolder(dataDir, 0o700);

  const deadline = Date.now() + ATTACH_PATIENCE_MS;
  for (;;) {
    options.signal?.throwIfAborted();
    const lock = await takeLock(join(dataDir, 'embedded.lock'));
    if ('release' in lock) {
      try {
        return await start({ ...options, dataDir }, platformPackage, () => lock.release());
      } catch (error) {
        await lock.release();
        throw toEmbeddedPostgresError(error, dataDir);
      }
    }
    const running = options.attach ? await joinRunning(dataDir) : undefined;
    if (running) return running;
    if (!options.attach || Date.now() > deadline) {
      throw new EmbeddedPostgresError(
        `${dataDir} is in use by another running application (process ${lock.pid}): stop it first, or give this one a DATA_DIR of its own.`,
      );
    }
    await delay(POLL_MS); // It is just starting or stopping.
  }
}

async function start(
  { dataDir, durable = true, settings = {}, logger, signal }: EmbeddedPostgresOptions,
  platformPackage: PlatformPackage,
  release: () => Promise<void>,
): Promise<EmbeddedPostgres> {
  const location = await locateCluster(dataDir);
  const copiesDir = () => (ownAccount().uid === 0 ? systemFolder() : dataDir);
  const binaries = await provideBinaries(platformPackage, location.account, copiesDir);
  await awaitFreeCluster(location, signal);
  const { password, firstStart } = await ensureCluster(location, binaries, durable);
  if (!firstStart) await noteOwner(location);
  await removeAbandonedClusters(location);
  const launch = { location, binaries, durable, settings };
  signal?.throwIfAborted();
  const launched = await launchServer(launch, { signal });
  const keeper = new ServerKeeper(launch, launched, logger);
  const { port } = launched;
  let stopped: Promise<void> | undefined;
  return {
    url: urlOf(port, password),
    port,
    firstStart,
    stop: () => (stopped ??= keeper.stop().then(release)),
  };
}

/** The server that another process of ours runs on this folder, once it accepts connections. */
async function joinRunning(dataDir: string): Promise<EmbeddedPostgres | undefined> {
  const { cluster } = await locateCluster(dataDir);
  const entry = await readPostmasterPid(cluster);
  const password = await readPassword(dataDir);
  if (!entry?.ready || !password) return undefined;
  const { port } = entry;
  return { url: urlOf(port, password), port, firstStart: false, stop: () => Promise.resolve() };
}

function urlOf(port: number, password: string): string {
  return `postgres://${ROLE}:${password}@127.0.0.1:${port}/${DATABASE}`;
}

function toEmbeddedPostgresError(error: unknown, dataDir: string): StartError {
  if (error instanceof StartError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new EmbeddedPostgresError(
    `The embedded PostgreSQL in ${dataDir} could not be started (${reason}): fix that, or set DATABASE_URL to a PostgreSQL server.`,
    { cause: error },
  );
}
