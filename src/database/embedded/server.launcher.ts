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
/** Somebody took the port in between, or an orphan that was just starting took the cluster. */
const WORTH_ANOTHER_TRY =
  /could not create any TCP\/IP sockets|lock file "postmaster\.pid" already exists/;

/** Starts the server on a free port and resolves once it accepts connections. */
export async function launchServer(
  location: ClusterLocation,
  binaries: ServerBinaries,
  durable: boolean,
  settings: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<{ server: SupervisedServer; port: number }> {
  const { account, cluster, folder } = location;
  for (let attempt = 1; ; attempt += 1) {
    await awaitFreeCluster(location, signal);
    const port = await freePort();
    const args = ['-D', cluster, ...settingArguments(port, durable, settings)];
    const log = await openServerLog(folder);
    try {
      const server = await superviseServer(account, [binaries.postgres, ...args], log.file.fd);
      if (await becomesReady(server, cluster, port, signal)) return { server, port };
      await server.stop();
      signal?.throwIfAborted();
      const written = await log.written();
      if (attempt < ATTEMPTS && WORTH_ANOTHER_TRY.test(written)) continue;
      throw new EmbeddedPostgresError(
        `PostgreSQL did not start on ${cluster}: correct what the end of ${log.path} says, or set DATABASE_URL.\n${lastLines(written)}`,
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
  while (!server.hasExited() && signal?.aborted !== true && Date.now() < deadline) {
    const entry = await readPostmasterPid(cluster);
    if (entry?.ready && entry.pid === server.pid && entry.port === port) return true;
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
