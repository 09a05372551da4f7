import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A free port that stays free when the server on it restarts: below the ports that systems give to outgoing
 * connections (32768 and up on Linux, 49152 and up elsewhere).
 */
export async function stablePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const probe = createServer();
    try {
      await once(probe.listen(port, '127.0.0.1'), 'listening');
    } catch {
      continue;
    }
    probe.close();
    await once(probe, 'close');
    return port;
  }
  throw new Error('No free port from 20000 to 30000 was found.');
}
