import type { EmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';

/** State that the global set-up passes to the global teardown; both run in jest's parent process. */
export interface TestServer {
  readonly server: EmbeddedPostgres;
  readonly dataDir: string;
}

const holder = globalThis as { nbaTestServer?: TestServer };

export function keepTestServer(server: TestServer): void {
  holder.nbaTestServer = server;
}

export function takeTestServer(): TestServer | undefined {
  const server = holder.nbaTestServer;
  delete holder.nbaTestServer;
  return server;
}
