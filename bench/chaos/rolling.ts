import { type ServerProcess } from '../server-process.js';
import { Balancer } from '../under-load/balancer.js';
import { type Drill, type DrillContext, type Finding } from './drill.js';
import { findingOf, seconds } from './findings.js';
import { stablePort } from '../ports.js';
import { Stand } from './stand.js';

const SEEDED = 6000;
const CLIENTS = 12;
/** Longer than the balancer takes to see that a server is not ready any more. */
const SETTINGS = { SHUTDOWN_DELAY_MS: '1000' };

/** Two servers behind a balancer are restarted in turn under load; half of the clients keep alive. */
export const ROLLING: Drill = {
  name: 'rolling',
  title: 'two servers behind a balancer are restarted in turn under load',
  run,
};

async function run(context: DrillContext): Promise<Finding> {
  const wanted = context.quick ? { requests: 600, restarts: 2 } : { requests: 20_000, restarts: 8 };
  const stand = await Stand.open(context);
  const product = stand.product(SETTINGS);
  const ports = [await stablePort(), await stablePort()];
  const balancer = new Balancer(ports);
  const faults: string[] = [];
  let restarts = 0;
  let slowestStopMs = 0;
  try {
    const servers: ServerProcess[] = [];
    for (const port of ports) servers.push(await product.start({}, { port }));
    await balancer.open();
    const clients = stand.clients({
      ports: [balancer.port],
      token: await product.token(servers[0]!),
      count: CLIENTS,
      allowed: (status) => status >= 200 && status < 300,
      keepsAlive: (client) => client % 2 === 0,
    });
    await stand.seed(SEEDED);
    clients.start();
    while (clients.requests < wanted.requests || restarts < wanted.restarts) {
      const index: number = restarts % servers.length;
      const began = performance.now();
      await servers[index]!.stop('SIGTERM');
      slowestStopMs = Math.max(slowestStopMs, performance.now() - began);
      const { exitCode } = servers[index]!.child;
      if (exitCode !== 0) faults.push(`A server ended with ${exitCode ?? 'a signal'}.`);
      const port = ports[index]!;
      servers[index] = await product.start({}, { port });
      await balancer.untilReady(port);
      restarts += 1;
      await stand.seed(SEEDED);
      context.progress(`${restarts} restarts, ${clients.requests} of ${wanted.requests} requests`);
    }
    await clients.stop();
    await clients.settle();
    const notes = [
      `${restarts} restarts, each stop within ${seconds(slowestStopMs)}`,
      `${balancer.refusals} refused connections taken elsewhere`,
    ];
    return findingOf(clients, await stand.audit(), { notes, faults });
  } finally {
    await product.end();
    await balancer.close();
    await stand.cluster.stop();
  }
}
