import { join } from 'node:path';
import { type Audited, audit } from '../under-load/audit.js';
import { Clients, type ClientsOptions } from '../under-load/clients.js';
import { Cluster } from './cluster.js';
import { type DrillContext } from './drill.js';
import { Journal } from '../under-load/journal.js';
import { Product } from '../under-load/product.js';
import { ANSWER_MS, SETTINGS } from '../under-load/settings.js';

/** What most drills need: a database, servers on it, and a journal of the presses. */
export class Stand {
  readonly journal: Journal;
  private constructor(
    private readonly context: DrillContext,
    /** The database that the audit reads. */
    public cluster: Cluster,
  ) {
    this.journal = new Journal(context.seed);
  }

  /** Starts a database with these settings. */
  static async open(
    context: DrillContext,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<Stand> {
    const cluster = await Cluster.create(join(context.folder, 'database'));
    await cluster.start(settings);
    return new Stand(context, cluster);
  }

  /** On a database that runs. */
  static on(context: DrillContext, cluster: Cluster): Stand {
    return new Stand(context, cluster);
  }

  /** Servers on the database, or on what leads to it. */
  product(settings: Readonly<Record<string, string>> = {}, url = this.cluster.url): Product {
    return new Product(this.context.folder, { ...SETTINGS, DATABASE_URL: url, ...settings });
  }

  clients(options: Partial<ClientsOptions> & Pick<ClientsOptions, 'ports' | 'token'>): Clients {
    const { seed } = this.context;
    return new Clients(this.journal, { count: 12, limitMs: ANSWER_MS, seed, ...options });
  }

  /** Makes sure of so many NBAs to press. */
  seed(count: number): Promise<void> {
    return this.journal.seed(this.cluster.url, count);
  }

  audit(): Promise<Audited> {
    return audit(this.cluster.url, this.journal.presses);
  }
}
