import { setTimeout as delay } from 'node:timers/promises';
import { stablePort } from '../ports.js';
import { type ServerProcess } from '../server-process.js';
import { audit, type Audited } from '../under-load/audit.js';
import { Balancer } from '../under-load/balancer.js';
import { Clients } from '../under-load/clients.js';
import { Journal } from '../under-load/journal.js';
import { Product } from '../under-load/product.js';
import { ANSWER_MS, SETTINGS } from '../under-load/settings.js';
import { PatroniCluster } from './cluster.js';
import { type Outcome } from './verdict.js';
import { WriteGaps } from './write-gaps.js';

/** A primary that is gone is replaced within ttl (20 s), the promotion and the checks of HAProxy. */
const LOST_PRIMARY_MS = 30_000;
const SWITCHOVER_MS = 10_000;
const CLIENTS = 8;
/** More presses than a fault takes. */
const SEEDED = 20_000;
/** Load before a fault, and after everything is whole again, in ms. */
const LOAD_MS = 4000;
/** Longest wait for the first press after a fault, in ms: longer than what is allowed. */
const BACK_MS = 120_000;
/** Longer than the balancer takes to see that a server is not ready any more. */
const SHUTDOWN_DELAY_MS = '1000';

/** What is done to the cluster, and how long nobody may be able to write. */
interface Fault {
  readonly what: string;
  readonly limitMs: number;
  /** Breaks it; resolves with what puts it right again, which is done once presses work. */
  readonly inject: (drill: PatroniDrill) => Promise<() => Promise<void>>;
}

const NOTHING_LEFT = (): Promise<void> => Promise.resolve();

/** The faults, in the order in which they happen. */
export const FAULTS: readonly Fault[] = [
  {
    what: 'the primary and its Patroni get SIGKILL',
    limitMs: LOST_PRIMARY_MS,
    inject: async ({ cluster }) => {
      const leader = await cluster.leader();
      await leader.kill();
      await cluster.replaced(leader);
      return () => leader.start();
    },
  },
  {
    what: 'a planned switchover',
    limitMs: SWITCHOVER_MS,
    inject: async ({ cluster }) => {
      await cluster.switchover();
      return NOTHING_LEFT;
    },
  },
  {
    what: 'the primary is cut off from etcd, the standbys and HAProxy, and comes back',
    limitMs: LOST_PRIMARY_MS,
    inject: async ({ cluster }) => {
      const leader = await cluster.leader();
      leader.cutOff();
      await cluster.replaced(leader);
      return () => {
        leader.rejoin();
        return Promise.resolve();
      };
    },
  },
  {
    what: 'the machine of the primary is paused, and goes on',
    limitMs: LOST_PRIMARY_MS,
    inject: async ({ cluster }) => {
      const leader = await cluster.leader();
      await leader.freeze();
      await cluster.replaced(leader);
      return () => leader.thaw();
    },
  },
  {
    what: 'both servers are restarted in turn, with a switchover meanwhile',
    limitMs: SWITCHOVER_MS,
    inject: async (drill) => {
      await Promise.all([drill.restartServers(), drill.cluster.switchover()]);
      return NOTHING_LEFT;
    },
  },
];

/** The application on a cluster under Patroni, with clients that press while it breaks. */
export class PatroniDrill {
  private readonly gaps = new WriteGaps();
  private readonly journal: Journal;
  private audited: Audited | undefined;

  private constructor(
    readonly cluster: PatroniCluster,
    private readonly product: Product,
    private readonly balancer: Balancer,
    private readonly servers: ServerProcess[],
    private readonly seed: number,
    private readonly progress: (text: string) => void,
  ) {
    this.journal = new Journal(seed);
  }

  /** Starts the cluster, two servers behind a balancer, and a worker. */
  static async start(
    folder: string,
    seed: number,
    progress: (text: string) => void,
  ): Promise<PatroniDrill> {
    const cluster = await PatroniCluster.start(folder, progress);
    progress('two servers and a worker');
    const settings = { ...SETTINGS, ...cluster.settings, SHUTDOWN_DELAY_MS };
    const product = new Product(folder, settings);
    const ports = [await stablePort(), await stablePort()];
    const servers: ServerProcess[] = [];
    for (const port of ports) servers.push(await product.start({ WORKER: 'false' }, { port }));
    const port = await stablePort();
    await product.start({ WORKER_PORT: String(port) }, { port, entry: 'worker.js' });
    const balancer = new Balancer(ports);
    await balancer.open();
    return new PatroniDrill(cluster, product, balancer, servers, seed, progress);
  }

  /** Does one thing under load, and compares what was answered with what is on record. */
  async suffer({ what, limitMs, inject }: Fault): Promise<Outcome> {
    this.progress(what);
    await this.cluster.whole();
    await this.journal.seed(this.cluster.url, SEEDED);
    const clients = new Clients(this.journal, {
      ports: [this.balancer.port],
      token: await this.product.token(this.servers[0]!),
      count: CLIENTS,
      seed: this.seed,
      limitMs: ANSWER_MS,
      onPressed: () => this.gaps.pressed(performance.now()),
    });
    const faults: string[] = [];
    this.gaps.begin(performance.now());
    clients.start();
    await delay(LOAD_MS);
    const repair = await inject(this);
    if ((await clients.untilPressed(BACK_MS)) === undefined) {
      faults.push(`${what}: no press was answered within ${BACK_MS / 1000} s.`);
    }
    this.progress('presses are answered again');
    await delay(LOAD_MS);
    await repair();
    await this.cluster.whole();
    this.progress('the cluster is whole again');
    await delay(LOAD_MS);
    const withoutWritesMs = this.gaps.longest(performance.now());
    await clients.stop();
    await clients.settle();
    this.progress([...clients.seen].map(([name, count]) => `${name}: ${count}`).join(', '));
    const { lost, doubled, withoutEvent, faults: found } = await this.compare();
    return {
      what,
      answered: this.gaps.count,
      lost,
      doubled,
      withoutEvent,
      other: clients.other,
      withoutWritesMs,
      limitMs,
      faults: [...faults, ...found, ...clients.faults],
    };
  }

  /** One after the other; the balancer sends requests to the other one meanwhile. */
  async restartServers(): Promise<void> {
    for (const [index, server] of this.servers.entries()) {
      const { port } = server;
      await server.stop('SIGTERM');
      this.servers[index] = await this.product.start({ WORKER: 'false' }, { port });
      await this.balancer.untilReady(port);
    }
  }

  async stop(): Promise<void> {
    await this.product.end();
    await this.balancer.close();
    await this.cluster.stop();
  }

  /** What has come since the last comparison; all presses are compared anew each time. */
  private async compare(): Promise<Audited> {
    const before = this.audited;
    const now = await audit(this.cluster.url, this.journal.presses);
    this.audited = now;
    if (!before) return now;
    return {
      ...now,
      lost: now.lost - before.lost,
      doubled: now.doubled - before.doubled,
      withoutEvent: now.withoutEvent - before.withoutEvent,
      faults: now.faults.filter((fault) => !before.faults.includes(fault)),
    };
  }
}
