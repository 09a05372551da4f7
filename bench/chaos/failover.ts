import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { TcpProxy } from '../../test/support/tcp-proxy.js';
import { type Clients } from '../under-load/clients.js';
import { type Cluster } from './cluster.js';
import { type Drill, type DrillContext, type Finding } from './drill.js';
import { findingOf, seconds } from './findings.js';
import { direct } from '../under-load/journal.js';
import { withoutProc } from '../server-processes.js';
import { ANSWER_MS, BACK_MS } from '../under-load/settings.js';
import { Stand } from './stand.js';

const SEEDED = 4000;
const LOAD_MS = 1500;
const IN_STEP_WITHIN_MS = 30_000;
/** The write-ahead log that a new standby may still need. */
const PRIMARY = { wal_keep_size: '1GB' };

/** The primary dies under load; its standby, which has confirmed every commit, takes over. */
export const FAILOVER: Drill = {
  name: 'failover',
  title: 'the primary dies under load, its synchronous standby is promoted',
  missing: withoutProc,
  run,
};

async function run(context: DrillContext): Promise<Finding> {
  const rounds = context.quick ? 1 : 6;
  const stand = await Stand.open(context, PRIMARY);
  const address = new TcpProxy(new URL(stand.cluster.url));
  await address.open();
  const product = stand.product({}, address.url);
  const clusters = [stand.cluster];
  const faults: string[] = [];
  let slowestMs = 0;
  try {
    const server = await product.start();
    const clients = stand.clients({ ports: [server.port], token: await product.token(server) });
    await stand.seed(SEEDED);
    clients.start();
    for (let round = 1; round <= rounds; round++) {
      context.progress(`round ${round} of ${rounds}`);
      const standby = await follow(stand.cluster, join(context.folder, `standby-${round}`));
      clusters.push(standby);
      await delay(LOAD_MS);
      const how = round % 2 === 0 ? 'immediate' : 'kill';
      // In turn, the address leads to the standby before it takes writes, or after.
      const early = round % 3 === 0;
      const back = await failOver(stand.cluster, standby, address, { how, early }, clients);
      stand.cluster = standby;
      slowestMs = Math.max(slowestMs, back ?? BACK_MS);
      if (back === undefined) {
        faults.push(`Round ${round}: no press within ${BACK_MS} ms of the promotion.`);
        await clients.untilPressed(ANSWER_MS);
      }
      await stand.seed(SEEDED);
    }
    await clients.stop();
    await clients.settle();
    if (server.ended) faults.push('The process ended.');
    const notes = [
      `${rounds} failovers`,
      `first press ${seconds(slowestMs)} after the new primary`,
    ];
    return findingOf(clients, await stand.audit(), { notes, faults });
  } finally {
    await product.end();
    await address.cut();
    await Promise.all(clusters.map((cluster) => cluster.stop('immediate')));
  }
}

/** A standby of the primary, from whose start on no commit is answered that it has not written. */
async function follow(primary: Cluster, dataDir: string): Promise<Cluster> {
  const standby = await primary.standbyIn(dataDir);
  await standby.start({ ...PRIMARY, ...standby.followSettings(primary) });
  await direct(primary.url, async (client) => {
    await client.query(`ALTER SYSTEM SET synchronous_standby_names = 'standby'`);
    await client.query('SELECT pg_reload_conf()');
    const deadline = Date.now() + IN_STEP_WITHIN_MS;
    for (;;) {
      const { rows } = await client.query(
        `SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'`,
      );
      if (rows.length === 1) return;
      if (Date.now() > deadline) throw new Error(`No standby follows: ${await standby.log()}`);
      await delay(20);
    }
  });
  return standby;
}

/** Resolves with the time from the first moment at which writes could work to the first press, in ms. */
async function failOver(
  primary: Cluster,
  standby: Cluster,
  address: TcpProxy,
  { how, early }: { how: 'kill' | 'immediate'; early: boolean },
  clients: Clients,
): Promise<number | undefined> {
  await (how === 'kill' ? primary.kill() : primary.stop('immediate'));
  if (early) {
    address.switchTo(new URL(standby.url));
    await delay(1000);
  }
  await direct(standby.url, (client) => client.query('SELECT pg_promote(true, 60)'));
  if (!early) address.switchTo(new URL(standby.url));
  return clients.untilPressed(BACK_MS);
}
