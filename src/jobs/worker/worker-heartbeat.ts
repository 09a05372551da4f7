import { type Logger } from 'pino';
import { type Attempt, type JobClaims, keyOf } from '../queue/job-claims.js';
import { within } from '../../kernel/time-limit.js';

/** The worker as the heartbeat sees it. */
export interface HeartbeatSource {
  /** The running attempts. */
  attempts(): readonly Attempt[];
  /** Called when an attempt belongs to another worker now. */
  lost(attempt: Attempt): void;
  /** Called when the database was reached. */
  reached(): void;
}

/** The periodic work of a worker: records heartbeats of its jobs, and releases the jobs of lost workers. */
export class WorkerHeartbeat {
  private timer: NodeJS.Timeout | undefined;
  private beating: Promise<void> | undefined;

  constructor(
    private readonly queue: JobClaims,
    private readonly everyMs: number,
    private readonly limitMs: number,
    private readonly logger: Logger,
    private readonly worker: HeartbeatSource,
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      this.beating ??= this.beat().finally(() => (this.beating = undefined));
    }, this.everyMs);
  }

  /** Resolves when the current heartbeat has ended. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.beating;
  }

  /** Never rejects: if the database is not available, the next heartbeat tries again. */
  private async beat(): Promise<void> {
    try {
      const attempts = this.worker.attempts();
      if (attempts.length > 0) {
        const alive = await within(
          this.limitMs,
          'A heartbeat',
          this.queue.sendHeartbeats(attempts),
        );
        for (const attempt of attempts) {
          if (!alive.has(keyOf(attempt))) this.worker.lost(attempt);
        }
      }
      const released = await within(
        this.limitMs,
        'The release of lost jobs',
        this.queue.releaseLost(),
      );
      if (released > 0) this.logger.warn({ jobs: released }, 'jobs of lost workers released');
      this.worker.reached();
    } catch (error) {
      this.logger.warn({ err: error }, 'the heartbeat of the worker did not reach the database');
    }
  }
}
