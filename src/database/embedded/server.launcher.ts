import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterLocation } from './cluster.location.js';
import { EmbeddedPostgresError } from './embedded-postgres.error.js';
import { awaitFreeCluster, readPostmasterPid } from './postmaster.pid.js';
import type { ServerBinaries } from './server.binaries.js';
import { lastLines, openServerLog } from './server.log.js';
import { settingArguments } from './server.settings.js';
import type { SupervisedServer } from './server.supervisor.js';
import { superviseServer } from './server.supervisor.js';

const ATTEMPTS = 3;
const POLL_MS = 10;
/** Generous: a crash under heavy writes may have left a long log to replay. */
const READY_PATIENCE_MS = 300_000;
/** Another process took the port in between, or an orphaned server that was starting took the cluster. */
const WORTH_ANOTHER_TRY =
  /could not create any TCP\/IP sockets|lock file "postmaster\.pid" already exists/;

/** What a server is started with. */
export interface LaunchOptions {
  readonly location: ClusterLocation;
  readonly binaries: ServerBinaries;
  readonly durable: boolean;
  /** Additional `-c name=value` settings. */
  readonly settings: Readonly<Record<string, string>>;
}

/** A server that accepts connections. */
export interface LaunchedServer {
  readonly server: SupervisedServer;
  readonly port: number;
}

/**
 * Starts the server, on a free port unless one is given, and resolves once it accepts connections.
 * Throws an EmbeddedPostgresError where it does not start, or when `signal` is aborted before.
 */
export async function launchServer(
  { location, binaries, durable, settings }: LaunchOptions,
  given: { readonly port?: number; readonly signal?: AbortSignal } = {},
): Promise<LaunchedServer> {
  const { account, cluster, folder } = location;
  for (let attempt = 1; ; attempt += 1) {
    await awaitFreeCluster(location, given.signal);
    const port = given.port ?? (await freePort());
    const args = ['-D', cluster, ...settingArguments(port, durable, settings)];
    const log = await openServerLog(folder);
    try {
      const server = await superviseServer(account, [binaries.postgres, ...args], log.file.fd);
      if (await becomesReady(server, cluster, port, given.signal)) return { server, port };
      await server.stop();
      given.signal?.throwIfAborted();
      const written = await log.written();
      if (given.port === undefined && attempt < ATTEMPTS && WORTH_ANOTHER_TRY.test(written))
        continue;
      throw new EmbeddedPostgresError(
        `PostgreSQL did not start on ${cluster}: fix what the end of ${log.path} names, or set DATABASE_URL.\n${lastLines(written)}`,
      );
    } finally {
      await log.file.close();
    }
  }
}

/** A connection that succeeds could be another server's: only our own server's file is proof. */
async function becomesReady(
  server: SupervisedServer,
  cluster: string,
  port: number,
  signal?: AbortSignal,
): Promise<boolean> {
  const deadline = Date.now() + READY_PATIENCE_MS;
  while (!server.hasExited() && Date.now() < deadline && !signal?.aborted) {
    const entry = await readPostmasterPid(cluster);
    if (entry?.ready && entry.pid === server.pid && entry.port === port) {
      // Aborted while the file was read?
      return !signal?.aborted;
    }
    await delay(POLL_MS);
  }
  return false;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
