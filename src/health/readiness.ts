import { Injectable } from '@nestjs/common';
import { UnavailableError } from '../common/errors/domain-error.js';
import { TransactionRunner } from '../database/transaction-runner.js';
import { JobWorker } from '../jobs/job-worker.js';

const PING = { name: 'ping', text: 'SELECT 1 AS one' };
const PING_LIMIT_MS = 2000;

/** Whether this process should be sent requests. */
@Injectable()
export class Readiness {
  private draining = false;

  constructor(
    private readonly transactions: TransactionRunner,
    private readonly worker: JobWorker,
  ) {}

  /** From now on, a load balancer should send requests elsewhere. */
  startDraining(): void {
    this.draining = true;
  }

  /**
   * Throws a 503 unless the database answers within 2 s, the worker of this process works if it has
   * one, and no stop was asked for.
   */
  async check(): Promise<void> {
    if (this.draining) throw new UnavailableError('SHUTTING_DOWN', 'This server is stopping.', 5);
    let timer: NodeJS.Timeout | undefined;
    try {
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(
          () => reject(new Error('The database did not answer in time.')),
          PING_LIMIT_MS,
        );
      });
      await Promise.race([this.transactions.query(PING), late]);
    } catch (error) {
      throw new UnavailableError('DATABASE_UNAVAILABLE', 'The database is away.', 2, error);
    } finally {
      clearTimeout(timer);
    }
    this.worker.check();
  }
}
