import { removeClusterAndDataDir } from '../../src/database/embedded/cluster.location.js';
import { takeTestServer } from './test-server.js';

/** Stops the throw-away server and removes every file of it, root's system folder included. */
export default async function globalTeardown(): Promise<void> {
  const kept = takeTestServer();
  if (!kept) return;
  await kept.server.stop();
  await removeClusterAndDataDir(kept.dataDir);
}
