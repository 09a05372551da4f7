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
const LOAD_MS = 1000;

/** One kind of outage of a database, and its end. */
interface Outage {
  readonly name: string;
  readonly lastsMs: number;
  readonly begin: () => Promise<void> | void;
  readonly end: () => Promise<void> | void;
}

/** The database fails under load in every possible way, and recovers. */
export const DATABASE: Drill = {
  name: 'database',
  title:
    'the database stops, crashes, freezes, stops answering, turns read-only and recovers, under load',
  missing: withoutProc,
  run,
};

async function run(context: DrillContext): Promise<Finding> {
  const stand = await Stand.open(context);
  const { cluster } = stand;
  const proxy = new TcpProxy(new URL(cluster.url));
  await proxy.open();
  const product = stand.product({}, proxy.url);
  const notes: string[] = [];
  const faults: string[] = [];
  try {
    const server = await product.start();
    const clients = stand.clients({ ports: [server.port], token: await product.token(server) });
    await stand.seed(SEEDED);
    clients.start();
    for (const outage of outagesOf(cluster, proxy, context.quick)) {
      context.progress(outage.name);
      const back = await suffer(outage, clients);
      notes.push(`${outage.name}: ${back === undefined ? 'not back' : seconds(back)}`);
      if (back === undefined) {
        faults.push(`After "${outage.name}" no press was answered within ${BACK_MS} ms.`);
        await clients.untilPressed(ANSWER_MS);
      }
      await stand.seed(SEEDED);
    }
    await clients.stop();
    await clients.settle();
    if (server.ended) faults.push('The process ended.');
    const audited = await stand.audit();
    const first = `first press after ${notes.join(', ')}`;
    const longest = `longest answer ${seconds(clients.longestMs)} of ${seconds(ANSWER_MS)}`;
    return findingOf(clients, audited, { notes: [first, longest], faults });
  } finally {
    await product.end();
    await proxy.cut();
    await cluster.stop();
  }
}

/** Resolves with the time from the return of the database to the first press, in ms, if it was soon. */
async function suffer(outage: Outage, clients: Clients): Promise<number | undefined> {
  await delay(LOAD_MS);
  await outage.begin();
  await delay(outage.lastsMs);
  await outage.end();
  return clients.untilPressed(BACK_MS);
}

function outagesOf(cluster: Cluster, proxy: TcpProxy, quick: boolean): Outage[] {
  const silent = ANSWER_MS + 1500;
  const readOnly = (value: 'on' | 'off') => async (): Promise<void> => {
    await direct(cluster.url, async (client) => {
      await client.query('SET default_transaction_read_only = off');
      await client.query(`ALTER SYSTEM SET default_transaction_read_only = ${value}`);
      await client.query('SELECT pg_reload_conf()');
    });
  };
  const outages: Outage[] = [
    {
      name: 'stop',
      lastsMs: 2000,
      begin: async () => {
        await cluster.stop();
        await proxy.cut();
      },
      end: async () => {
        await cluster.start();
        await proxy.open();
      },
    },
    {
      name: 'immediate stop',
      lastsMs: 1000,
      begin: () => cluster.stop('immediate'),
      end: () => cluster.start(),
    },
    {
      name: 'freeze',
      lastsMs: silent,
      begin: () => cluster.freeze(),
      end: () => cluster.thaw(),
    },
    { name: 'read-only', lastsMs: 2000, begin: readOnly('on'), end: readOnly('off') },
  ];
  if (quick) return outages;
  const silence: Outage = {
    name: 'silence',
    lastsMs: silent,
    begin: () => proxy.fallSilent(),
    end: () => proxy.speak(),
  };
  return [...outages, silence, ...outages, silence];
}
