import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { uuidv7 } from 'uuidv7';
import { UnavailableError } from '../common/errors/domain-error.js';
import { validateAs } from '../common/http/validation.js';
import { LOGGER } from '../common/logging/logger.js';
import { redactError } from '../common/logging/redaction.js';
import { ENV, type Env } from '../config/env.js';
import { JobHandlerRegistry, type RegisteredHandler } from './job-handler.registry.js';
import { type ClaimedJob, JobQueue } from './job-queue.js';
import {
  failureOf,
  JobInterruptedError,
  JobLeaseLostError,
  JobTimedOutError,
} from './jobs.errors.js';
import { JobPulse } from './job-pulse.js';

/** A job in this process, and what stops it. */
interface RunningJob {
  readonly job: ClaimedJob;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

/** How often a result is tried to be put on record while the database is away, and the first pause. */
const RECORD_TRIES = 6;
const RECORD_PAUSE_MS = 200;

/**
 * Takes due jobs and runs them, a few at once. It is a worker of our own on the library's queues,
 * because the library's own knows neither exact pauses nor heartbeats, and records a result without
 * waiting for it.
 */
@Injectable()
export class JobWorker {
  readonly id = uuidv7();
  private readonly running = new Map<string, RunningJob>();
  private readonly pulse: JobPulse;
  private loop: Promise<void> | undefined;
  private stopped: Promise<void> | undefined;
  private stopping = false;
  private lastContact = 0;
  private nudged = false;
  private endPause: () => void = () => undefined;

  constructor(
    private readonly queue: JobQueue,
    private readonly registry: JobHandlerRegistry,
    @Inject(ENV) private readonly env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.pulse = new JobPulse(queue, env.jobs.heartbeatMs, logger, {
      attempts: () => [...this.running.keys()],
      lost: (attemptId) => this.running.get(attemptId)?.controller.abort(new JobLeaseLostError()),
      beaten: () => (this.lastContact = Date.now()),
    });
  }

  /** Begins to take jobs. */
  start(): void {
    if (this.loop) return;
    this.lastContact = Date.now();
    this.pulse.start();
    this.loop = this.work();
    this.logger.info({ workerId: this.id, concurrency: this.env.jobs.concurrency }, 'worker runs');
  }

  /**
   * Takes no more jobs, lets the running ones finish for the drain time and puts the rest back.
   * Resolves when none is left; calling it again is the same stop.
   */
  stop(): Promise<void> {
    this.stopped ??= this.drain();
    return this.stopped;
  }

  /** Throws a 503 when this process should work jobs and has not reached its queue for a while. */
  check(): void {
    if (!this.env.worker) return;
    const { pollMs, heartbeatMs } = this.env.jobs;
    const patience = Math.max(15_000, 4 * pollMs, 4 * heartbeatMs);
    if (this.loop && !this.stopping && Date.now() - this.lastContact <= patience) return;
    throw new UnavailableError('WORKER_UNAVAILABLE', 'The job worker does not work.', 5);
  }

  private async work(): Promise<void> {
    const { concurrency, pollMs } = this.env.jobs;
    const types = this.registry.types();
    while (!this.stopping) {
      const free = concurrency - this.running.size;
      let taken = 0;
      this.nudged = false;
      if (free > 0) {
        try {
          const jobs = await this.queue.claim(types, free, this.id);
          this.lastContact = Date.now();
          taken = jobs.length;
          for (const job of jobs) this.begin(job);
        } catch (error) {
          this.logger.warn({ err: error }, 'no jobs could be taken');
        }
      }
      // As many as there was room for: there may be more, as soon as there is room.
      if (free === 0 || taken < free) await this.pause(pollMs);
    }
  }

  /** Waits for the time to pass, a job to end or a stop. */
  private pause(ms: number): Promise<void> {
    if (this.stopping || this.nudged) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private wake(): void {
    this.nudged = true;
    this.endPause();
  }

  private begin(job: ClaimedJob): void {
    const controller = new AbortController();
    const ended = this.run(job, controller).finally(() => {
      this.running.delete(job.attemptId);
      this.wake();
    });
    this.running.set(job.attemptId, { job, controller, ended });
  }

  /** Runs a job and puts its end on record; never rejects. */
  private async run(job: ClaimedJob, controller: AbortController): Promise<void> {
    const about = { jobId: job.jobId, type: job.type, attempt: job.attempt };
    const registered = this.registry.get(job.type);
    let thrown: unknown;
    let failed = false;
    try {
      if (!registered) throw new Error(`Nothing works jobs of the type "${job.type}".`);
      await handle(registered, job, controller);
    } catch (error) {
      failed = true;
      thrown = error;
    }
    // A handler that ends in spite of an abort has ended all the same.
    const reason: unknown = failed ? controller.signal.reason : undefined;
    if (reason instanceof JobLeaseLostError) {
      this.logger.warn(about, 'job given up: another worker has it');
      return;
    }
    const interrupted = reason instanceof JobInterruptedError;
    if (failed && !interrupted) {
      const err = thrown instanceof Error ? redactError(thrown) : undefined;
      this.logger.warn({ ...about, err }, 'job failed');
    }
    await this.record(about, () => {
      if (!failed) return this.queue.succeed(job);
      const failure = failureOf(interrupted ? reason : thrown);
      return interrupted ? this.queue.putBack(job, failure) : this.queue.fail(job, failure);
    });
  }

  /**
   * Puts an end on record, patiently: while the database is away, the job would else run again though
   * its work is done. When that is in vain, the missing heartbeat makes another worker run it.
   */
  private async record(about: object, write: () => Promise<boolean>): Promise<void> {
    for (let tried = 1; ; tried++) {
      try {
        if (!(await write())) this.logger.warn(about, 'job result dropped: another worker has it');
        return;
      } catch (error) {
        this.logger.warn({ ...about, err: error, tried }, 'job result not on record yet');
        if (tried === RECORD_TRIES) return;
        const ms = RECORD_PAUSE_MS * 2 ** tried;
        await new Promise<void>((resolve) => setTimeout(() => resolve(), ms));
      }
    }
  }

  private async drain(): Promise<void> {
    this.stopping = true;
    this.wake();
    await this.loop;
    const jobs = [...this.running.values()];
    let timer: NodeJS.Timeout | undefined;
    const ended = Promise.all(jobs.map((job) => job.ended));
    const timeUp = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.env.jobs.drainMs);
    });
    await Promise.race([ended, timeUp]);
    clearTimeout(timer);
    for (const { controller } of this.running.values()) controller.abort(new JobInterruptedError());
    await ended;
    await this.pulse.stop();
  }
}

/** Runs the handler until it ends or its signal aborts, at the latest at the type's time limit. */
async function handle(
  registered: RegisteredHandler,
  { jobId, type, attempt, startedAt, payload }: ClaimedJob,
  controller: AbortController,
): Promise<void> {
  const { signal } = controller;
  const timer = setTimeout(
    () => controller.abort(new JobTimedOutError(registered.timeoutMs)),
    registered.timeoutMs,
  );
  try {
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
    // What throws before the race leaves nobody to hear of a later abort: it would end the process.
    aborted.catch(() => undefined);
    const context = {
      jobId,
      type,
      attempt,
      payload: validateAs(registered.payload, payload, 'payload'),
      now: startedAt,
      signal,
    };
    await Promise.race([registered.handler.handle(context), aborted]);
  } finally {
    clearTimeout(timer);
  }
}
