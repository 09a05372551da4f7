import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { locateCluster } from '../../src/database/embedded/cluster.location.js';
import { readPostmasterPid } from '../../src/database/embedded/postmaster.pid.js';
import { audit } from '../under-load/audit.js';
import { Clients } from '../under-load/clients.js';
import { type Drill, type DrillContext, type Finding } from './drill.js';
import { findingOf, seconds } from './findings.js';
import { Journal } from '../under-load/journal.js';
import { stablePort } from '../ports.js';
import { Product } from '../under-load/product.js';
import { randomOf } from '../under-load/random.js';
import { serverProcesses, signalAll, withoutProc } from '../server-processes.js';
import { ANSWER_MS, BACK_MS, SETTINGS } from '../under-load/settings.js';

const CLIENTS = 12;
/** More presses than a round has. */
const SEEDED = 4000;

/**
 * The server with its embedded database is killed under load, in each other round together with every
 * process of its database, and started again.
 */
export const SIGKILL: Drill = {
  name: 'sigkill',
  title: 'SIGKILL of the server, or of server and database, under load',
  missing: withoutProc,
  run,
};

async function run({ folder, quick, seed, progress }: DrillContext): Promise<Finding> {
  const rounds = quick ? 2 : 30;
  const random = randomOf(seed);
  const dataDir = join(folder, 'data');
  const product = new Product(folder, SETTINGS);
  const journal = new Journal(seed);
  const faults: string[] = [];
  const port = await stablePort();
  let slowestStartMs = 0;
  let slowestPressMs = 0;
  try {
    let server = await product.start({}, { port });
    const token = await product.token(server);
    const clients = new Clients(journal, {
      ports: [port],
      token,
      count: CLIENTS,
      seed,
      limitMs: ANSWER_MS,
      mayBreak: true,
    });
    await journal.seed(await databaseUrl(dataDir), SEEDED);
    clients.start();
    for (let round = 1; round <= rounds; round++) {
      await delay(800 + random() * 1700);
      const withDatabase = round % 2 === 0;
      const database = withDatabase ? await databaseProcesses(dataDir) : [];
      signalAll([...database, server.child.pid!], 'SIGKILL');
      await server.stop('SIGKILL');
      const began = performance.now();
      server = await product.start({}, { port });
      slowestStartMs = Math.max(slowestStartMs, performance.now() - began);
      const pressed = await clients.untilPressed(BACK_MS);
      if (pressed === undefined) faults.push(`Round ${round}: no press within ${BACK_MS} ms.`);
      slowestPressMs = Math.max(slowestPressMs, pressed ?? BACK_MS);
      await journal.seed(await databaseUrl(dataDir), SEEDED);
      progress(`round ${round} of ${rounds}, ${clients.requests} requests`);
    }
    await clients.stop();
    await clients.settle();
    const audited = await audit(await databaseUrl(dataDir), journal.presses);
    const notes = [
      `${rounds} kills`,
      `ready within ${seconds(slowestStartMs)} of the start`,
      `first press ${seconds(slowestPressMs)} later`,
    ];
    return findingOf(clients, audited, { notes, faults });
  } finally {
    await product.end();
  }
}

/** The database that the server runs; each start of it has another port. */
async function databaseUrl(dataDir: string): Promise<string> {
  return (await startEmbeddedPostgres({ dataDir, attach: true })).url;
}

async function databaseProcesses(dataDir: string): Promise<number[]> {
  const { cluster } = await locateCluster(dataDir);
  const entry = await readPostmasterPid(cluster);
  return entry ? serverProcesses(entry.pid) : [];
}
