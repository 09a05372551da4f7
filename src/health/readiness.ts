import { Injectable } from '@nestjs/common';
import { UnavailableError } from '../kernel/errors/domain-error.js';
import { DutyTransactions } from '../database/transactions/duty-transactions.js';
import { JobWorker } from '../jobs/worker/job-worker.js';

/** Also fails if the server accepts no writes, because then no press can succeed. */
const PROBE = {
  name: 'probe',
  text: `SELECT current_setting('transaction_read_only')::bool AS "readOnly"`,
};
/** A probe runs every few seconds, so its query must be fast. */
const PROBE_LIMIT_MS = 2000;

/** Whether this process should be sent requests. */
@Injectable()
export class Readiness {
  private draining = false;
  private probing: Promise<void> | undefined;

  constructor(
    private readonly duties: DutyTransactions,
    private readonly worker: JobWorker,
  ) {}

  /** From now on, a load balancer should send requests elsewhere. */
  startDraining(): void {
    this.draining = true;
  }

  /**
   * Throws a 503 unless the database answers and accepts writes, the worker of this process (if any) is
   * healthy, and the process is not stopping. Concurrent probes share one query.
   */
  async check(): Promise<void> {
    if (this.draining) throw new UnavailableError('SHUTTING_DOWN', 'This server is stopping.', 5);
    this.probing ??= this.probe().finally(() => (this.probing = undefined));
    await this.probing;
    this.worker.check();
  }

  private async probe(): Promise<void> {
    let readOnly: boolean | undefined;
    try {
      const [row] = await this.duties.query<{ readOnly: boolean }>(PROBE, [], {
        caller: 'probe',
        statementMs: PROBE_LIMIT_MS,
      });
      readOnly = row?.readOnly;
    } catch (error) {
      throw new UnavailableError('DATABASE_UNAVAILABLE', 'The database is away.', 2, error);
    }
    if (readOnly !== false) {
      this.duties.renew();
      throw new UnavailableError('DATABASE_READ_ONLY', 'The database takes no writes.', 2);
    }
  }
}
