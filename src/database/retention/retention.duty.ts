import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { type Logger } from 'pino';
import { ENV, type Env } from '../../config/env.js';
import { DAY_MS } from '../../kernel/utc-day.js';
import { LOGGER } from '../../logging/logger.js';
import { StartLockTakenError } from '../start/start-lock.js';
import { Retention, type RetentionOutcome } from './retention.js';

const OFTEN_MS = 60_000;
/** The first run after a start waits until the process has settled. */
const FIRST_RUN_MS = 5 * OFTEN_MS;
const RUN_EVERY_MS = DAY_MS;

/**
 * Runs retention once a day, and its short-lived rows every minute, in every process that runs jobs. Of
 * several processes, one runs at a time, and the others find nothing left. No setting and no cron is needed.
 */
@Injectable()
export class RetentionDuty implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stop = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private nextRunAt = Date.now() + FIRST_RUN_MS;

  constructor(
    private readonly retention: Retention,
    @Inject(ENV) private readonly env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.env.worker) return;
    this.timer = setInterval(() => {
      this.running ??= this.tick().finally(() => (this.running = undefined));
    }, OFTEN_MS).unref();
  }

  /** Stops after the batch that runs. */
  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    this.stop.abort();
    await this.running;
  }

  /** Never rejects: what failed is tried again a minute or a day later. */
  private async tick(): Promise<void> {
    const { signal } = this.stop;
    try {
      if (Date.now() < this.nextRunAt) {
        this.logFailures(await this.retention.runOften(signal));
        return;
      }
      this.nextRunAt = Date.now() + RUN_EVERY_MS;
      this.log(await this.retention.run({ signal, waitMs: 0 }));
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof StartLockTakenError) this.logger.debug('another process runs retention');
      else this.logger.warn({ err: error }, 'retention did not run to its end');
    }
  }

  private log(outcomes: readonly RetentionOutcome[]): void {
    const gone = outcomes.filter(({ count }) => count > 0);
    this.logger.info(
      { deleted: Object.fromEntries(gone.map(({ name, count }) => [name, count])) },
      'retention ran',
    );
    this.logFailures(outcomes);
  }

  private logFailures(outcomes: readonly RetentionOutcome[]): void {
    for (const { name, failure } of outcomes) {
      if (failure !== undefined) this.logger.warn({ table: name, failure }, 'retention failed');
    }
  }
}
