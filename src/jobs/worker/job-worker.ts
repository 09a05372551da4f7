import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { uuidv7 } from 'uuidv7';
import { UnavailableError } from '../../kernel/errors/domain-error.js';
import { validateAs } from '../../http/validation/validation.js';
import { LOGGER } from '../../logging/logger.js';
import { redactError } from '../../kernel/redaction/redaction.js';
import { ENV, type Env } from '../../config/env.js';
import { JobHandlerRegistry, type RegisteredHandler } from '../handlers/job-handler.registry.js';
import { type ClaimedJob, JobClaims } from '../queue/job-claims.js';
import {
  failureOf,
  JobInterruptedError,
  JobLeaseLostError,
  JobTimedOutError,
  TAKEN_TOO_LATE,
} from '../queue/jobs.errors.js';
import { WorkerHeartbeat } from './worker-heartbeat.js';
import { answerLimitMs, pauseUntil, within } from './time-limit.js';

/** A job that runs in this process, and the controller that stops it. */
interface RunningJob {
  readonly job: ClaimedJob;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

/** Number of attempts to record a result while the database is not available, and the first pause. */
const RECORD_ATTEMPTS = 6;
const RECORD_PAUSE_MS = 200;

/** How long a stop waits after the drain time for the last results to be recorded, in ms. */
const LAST_RECORDS_MS = 3000;

/**
 * Claims due jobs and runs them, several at once. It replaces the library's worker, which has neither exact
 * pauses nor heartbeats and does not wait until a result is recorded.
 */
@Injectable()
export class JobWorker {
  readonly id = uuidv7();
  private readonly running = new Map<string, RunningJob>();
  private readonly heartbeat: WorkerHeartbeat;
  private loop: Promise<void> | undefined;
  private stopped: Promise<void> | undefined;
  private stopping = false;
  /** Aborts at the end of the drain time of a stop. */
  private readonly over = new AbortController();
  private readonly limitMs: number;
  private lastContact = 0;
  private nudged = false;
  private endPause: () => void = () => undefined;

  constructor(
    private readonly queue: JobClaims,
    private readonly registry: JobHandlerRegistry,
    @Inject(ENV) private readonly env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.limitMs = answerLimitMs(env);
    this.heartbeat = new WorkerHeartbeat(queue, env.jobs.heartbeatMs, this.limitMs, logger, {
      attempts: () => [...this.running.keys()],
      lost: (attemptId) => this.running.get(attemptId)?.controller.abort(new JobLeaseLostError()),
      reached: () => (this.lastContact = Date.now()),
    });
  }

  /** Starts to claim jobs. */
  start(): void {
    if (this.loop) return;
    this.lastContact = Date.now();
    this.heartbeat.start();
    this.loop = this.work();
    this.logger.info({ workerId: this.id, concurrency: this.env.jobs.concurrency }, 'worker runs');
  }

  /**
   * Claims no more jobs, lets the running ones finish within the drain time and puts the rest back.
   * Resolves when none is left, or soon after the drain time if the database does not answer; without a
   * heartbeat, another worker takes those jobs over. A second call returns the same promise.
   */
  stop(): Promise<void> {
    this.stopped ??= this.drain();
    return this.stopped;
  }

  /** Throws a 503 if this process should run jobs and has not reached its queue for a while. */
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
          taken = await this.take(types, free);
          this.lastContact = Date.now();
        } catch (error) {
          this.logger.warn({ err: error }, 'no jobs could be claimed');
        }
      }
      // Every free slot was filled: there may be more due jobs, so do not pause.
      if (free === 0 || taken < free) await this.pause(pollMs);
    }
  }

  /** Claims jobs and starts them; if the claim is answered too late, its jobs are put back. */
  private async take(types: readonly string[], free: number): Promise<number> {
    let awaited = true;
    const claim = this.queue.claim(types, free, this.id).then((jobs) => {
      const begin = awaited && !this.over.signal.aborted;
      for (const job of jobs) {
        if (begin) this.begin(job);
        else void this.record(aboutOf(job), () => this.queue.putBack(job, TAKEN_TOO_LATE));
      }
      return jobs.length;
    });
    try {
      return await within(this.limitMs, 'A claim', claim);
    } finally {
      awaited = false;
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

  /** Runs a job and records its result; never rejects. */
  private async run(job: ClaimedJob, controller: AbortController): Promise<void> {
    const about = aboutOf(job);
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
    // A handler that succeeds in spite of an abort has succeeded.
    const reason: unknown = failed ? controller.signal.reason : undefined;
    if (reason instanceof JobLeaseLostError) {
      this.logger.warn(about, 'job given up: another worker has it');
      return;
    }
    const interrupted = reason instanceof JobInterruptedError;
    if (failed && !interrupted) {
      const err = thrown instanceof Error ? redactError(thrown) : undefined;
      this.logger.warn({ ...about, code: failureOf(thrown).code, err }, 'job failed');
    }
    await this.record(about, () => {
      if (!failed) return this.queue.succeed(job);
      const failure = failureOf(interrupted ? reason : thrown);
      return interrupted ? this.queue.putBack(job, failure) : this.queue.fail(job, failure);
    });
  }

  /**
   * Records a result, with retries: otherwise a short outage of the database would make the job run again
   * although its work is done. If all retries fail, the heartbeat stops and another worker runs the job
   * again. After the drain time of a stop, there is one last attempt.
   */
  private async record(about: object, write: () => Promise<boolean>): Promise<void> {
    const { signal } = this.over;
    for (let tried = 1; ; tried++) {
      const last = tried === RECORD_ATTEMPTS || signal.aborted;
      try {
        if (!(await within(this.limitMs, 'A record', write())))
          this.logger.warn(about, 'job result dropped: another worker has it');
        return;
      } catch (error) {
        this.logger.warn({ ...about, err: error, tried }, 'a job result could not be recorded yet');
        if (last) return;
        await pauseUntil(signal, RECORD_PAUSE_MS * 2 ** tried);
      }
    }
  }

  private async drain(): Promise<void> {
    this.stopping = true;
    this.wake();
    // The claim in progress may still return jobs, so wait for it first.
    const idle = (this.loop ?? Promise.resolve()).then(() => this.ended());
    await within(this.env.jobs.drainMs, 'The drain', idle).catch(() => undefined);
    this.over.abort();
    for (const { controller } of this.running.values()) controller.abort(new JobInterruptedError());
    const recorded = this.ended().then(() => this.heartbeat.stop());
    await within(LAST_RECORDS_MS, 'The end of a stop', recorded).catch((error: unknown) => {
      this.logger.warn({ err: error }, 'the stop abandons jobs: other workers take them over');
      void this.heartbeat.stop();
    });
  }

  private async ended(): Promise<void> {
    await Promise.all([...this.running.values()].map(({ ended }) => ended));
  }
}

function aboutOf({ jobId, type, attempt }: ClaimedJob): object {
  return { jobId, type, attempt };
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
    // If something throws before the race, a later abort would be an unhandled rejection.
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
