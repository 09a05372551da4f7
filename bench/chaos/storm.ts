import { setTimeout as delay } from 'node:timers/promises';
import { type Drill, type DrillContext, type Finding } from './drill.js';
import { findingOf } from './findings.js';
import { direct } from '../under-load/journal.js';
import { BACK_MS } from '../under-load/settings.js';
import { Stand } from './stand.js';

const CLIENTS = 32;
const POOL = '5';
const SEEDED = 12_000;
const PAUSE_MS = 100;

const TERMINATE = `
  SELECT pg_terminate_backend(pid) AS ended FROM (
    SELECT pid FROM pg_stat_activity
    WHERE application_name LIKE 'next-best-actions%' AND pid <> pg_backend_pid()
    ORDER BY random() LIMIT 1) AS victim`;

/** The database ends connection after connection of a small pool, under many clients. */
export const STORM: Drill = {
  name: 'storm',
  title: 'pg_terminate_backend again and again: 32 clients, a pool of 5',
  run,
};

async function run(context: DrillContext): Promise<Finding> {
  const wanted = context.quick ? 25 : 150;
  const stand = await Stand.open(context);
  const product = stand.product({ DATABASE_POOL_SIZE: POOL });
  const faults: string[] = [];
  try {
    const server = await product.start();
    const clients = stand.clients({
      ports: [server.port],
      token: await product.token(server),
      count: CLIENTS,
      allowed: (status) => [200, 201, 503].includes(status),
    });
    await stand.seed(SEEDED);
    clients.start();
    let ended = 0;
    await direct(stand.cluster.url, async (client) => {
      while (ended < wanted) {
        ended += (await client.query(TERMINATE)).rows.length;
        await delay(PAUSE_MS);
      }
    });
    if ((await clients.untilPressed(BACK_MS)) === undefined) {
      faults.push(`After the storm no press was answered within ${BACK_MS} ms.`);
    }
    await clients.stop();
    await clients.settle();
    if (server.ended) faults.push('The process ended.');
    const notes = [`${ended} connections ended`];
    return findingOf(clients, await stand.audit(), { notes, faults });
  } finally {
    await product.end();
    await stand.cluster.stop();
  }
}
