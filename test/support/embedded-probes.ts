import { readdirSync, readlinkSync } from 'node:fs';
import { Client } from 'pg';
import { locateCluster } from '../../src/database/embedded/cluster.location.js';
import { eventually } from './eventually.js';

/** Runs statements on a connection of their own. */
export async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Inserts row after row; after `kills` acknowledged ones it also pulls the trigger. */
export async function insertUntilKilled(
  url: string,
  kills: number,
  kill: () => Promise<void>,
): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined); // The server goes away: that is the point.
  await client.connect();
  await client.query('CREATE TABLE IF NOT EXISTS load (n int GENERATED ALWAYS AS IDENTITY)');
  const acknowledged: unknown[] = [];
  let killed: Promise<void> | undefined;
  try {
    for (;;) {
      const { rows } = await client.query<{ n: number }>(
        'INSERT INTO load DEFAULT VALUES RETURNING n',
      );
      acknowledged.push(rows[0]?.n);
      if (acknowledged.length === kills) killed = kill();
    }
  } catch {
    await killed;
  }
  return acknowledged;
}

/** Everything that runs in a DATA_DIR's cluster, as every process of a server does. */
export async function serverProcesses(dataDir: string): Promise<number[]> {
  const { cluster } = await locateCluster(dataDir);
  const numbers = filesIn('/proc').map(Number).filter(Number.isInteger);
  return numbers.filter((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === cluster;
    } catch {
      return false; // Another user's, or just gone.
    }
  });
}

/** Resolves once nothing runs in a DATA_DIR's cluster. */
export async function noServerRuns(dataDir: string): Promise<void> {
  await eventually('the server ends', async () => (await serverProcesses(dataDir)).length === 0);
}

/** The names in a folder, none if there is no such folder. */
export function filesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
