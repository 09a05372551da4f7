import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { uuidv7 } from 'uuidv7';
import { UnavailableError } from '../../kernel/errors/domain-error.js';
import { JOBS } from '../../kernel/observation/operations.js';
import { PollPause } from '../../kernel/poll-pause.js';
import { within } from '../../kernel/time-limit.js';
import { LOGGER } from '../../logging/logger.js';
import { redactError } from '../../kernel/redaction/redaction.js';
import { ENV, type Env } from '../../config/env.js';
import { JobHandlerRegistry } from '../handlers/job-handler.registry.js';
import { type ClaimedJob, JobClaims, keyOf } from '../queue/job-claims.js';
import { JobWake } from '../queue/job-wake.js';
import {
  failureOf,
  JobInterruptedError,
  JobLeaseLostError,
  TAKEN_TOO_LATE,
} from '../queue/jobs.errors.js';
import { runHandler } from './job-run.js';
import { WorkerHeartbeat } from './worker-heartbeat.js';
import { recordResult } from './record-result.js';
import { TypeTurns } from './type-turns.js';

/** A job that runs in this process, and the controller that stops it. */
interface RunningJob {
  readonly job: ClaimedJob;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

/** A job that succeeded, until it is recorded whether it still belonged to this worker. */
interface Succeeded {
  readonly job: ClaimedJob;
  readonly resolve: (mine: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** How much longer than a statement a step of the worker may take, in ms. */
const ANSWER_MARGIN_MS = 5000;
/** How long a stop waits after the drain time for the last results to be recorded, in ms. */
const LAST_RECORDS_MS = 3000;

/**
 * Claims due jobs and runs them, several at once. The successes of jobs that end together are recorded in
 * one transaction with the next claim.
 */
@Injectable()
export class JobWorker {
  readonly id = uuidv7();
  /** Jobs until their result is recorded, by the key of their attempt. */
  private readonly running = new Map<string, RunningJob>();
  /** How many handlers run. */
  private active = 0;
  private readonly succeeded: Succeeded[] = [];
  private readonly heartbeat: WorkerHeartbeat;
  private loop: Promise<void> | undefined;
  private stopped: Promise<void> | undefined;
  private stopping = false;
  /** Aborts at the end of the drain time of a stop. */
  private readonly over = new AbortController();
  /** Longest wait for one step of the worker: the time limit of a statement plus a margin. */
  private readonly limitMs: number;
  private lastContact = 0;
  /** Ends when a job ends or is enqueued, and by a stop. */
  private readonly pause = new PollPause();

  constructor(
    private readonly queue: JobClaims,
    private readonly registry: JobHandlerRegistry,
    private readonly enqueued: JobWake,
    @Inject(ENV) private readonly env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.limitMs = env.statementTimeoutMs + ANSWER_MARGIN_MS;
    this.heartbeat = new WorkerHeartbeat(queue, env.jobs.heartbeatMs, this.limitMs, logger, {
      attempts: () => [...this.running.values()].map(({ job }) => job),
      lost: (attempt) =>
        this.running.get(keyOf(attempt))?.controller.abort(new JobLeaseLostError()),
      reached: () => (this.lastContact = Date.now()),
    });
  }

  /** Starts to claim jobs. */
  start(): void {
    if (this.loop) return;
    this.lastContact = Date.now();
    this.heartbeat.start();
    this.enqueued.connect(() => this.wake());
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
    const turns = new TypeTurns(this.registry.types());
    while (!this.stopping) {
      this.pause.begin();
      // The second bound: results that can't be recorded must not pile up.
      const free = Math.min(concurrency - this.active, 2 * concurrency - this.running.size);
      const limit = Math.max(0, free);
      const reports = this.succeeded.length > 0;
      const claimed = await this.exchange(turns.order(), limit);
      turns.ended(claimed);
      // After every free slot was filled there may be more due jobs, and after a report a slot is free.
      if (limit === 0 ? !reports : claimed < limit) await this.pause.wait(pollMs);
    }
    await this.exchange([], 0);
  }

  /**
   * Records the successes so far, claims jobs and starts them; returns how many. If the answer comes too
   * late, its jobs are put back. Never rejects.
   */
  private async exchange(types: readonly string[], limit: number): Promise<number> {
    const ended = this.succeeded.splice(0);
    if (ended.length === 0 && limit === 0) return 0;
    let awaited = true;
    const succeeded = ended.map(({ job }) => job);
    const answer = this.queue
      .exchange({ succeeded, types, limit, workerId: this.id })
      .then(({ recorded, claimed }) => {
        for (const { job, resolve } of ended) {
          this.running.delete(keyOf(job));
          resolve(recorded.has(keyOf(job)));
        }
        const begin = awaited && !this.over.signal.aborted;
        for (const job of claimed) {
          if (begin) this.begin(job);
          else void this.record(aboutOf(job), () => this.queue.putBack(job, TAKEN_TOO_LATE));
        }
        return claimed.length;
      });
    try {
      const claimed = await within(this.limitMs, 'A claim', answer);
      this.lastContact = Date.now();
      return claimed;
    } catch (error) {
      for (const { reject } of ended) reject(error);
      if (limit > 0) this.logger.warn({ err: error }, 'no jobs could be claimed');
      return 0;
    } finally {
      awaited = false;
    }
  }

  private wake(): void {
    this.pause.wake();
  }

  private begin(job: ClaimedJob): void {
    const controller = new AbortController();
    const key = keyOf(job);
    const ended = this.run(job, controller).finally(() => this.running.delete(key));
    this.running.set(key, { job, controller, ended });
  }

  /** Runs a job and records its result; never rejects. */
  private async run(job: ClaimedJob, controller: AbortController): Promise<void> {
    const about = aboutOf(job);
    const registered = this.registry.get(job.type);
    let thrown: unknown;
    let failed = false;
    this.active += 1;
    try {
      if (!registered) throw new Error(`Nothing works jobs of the type "${job.type}".`);
      const { type, jobId, attempt, startedAt, runAfter, traceParent } = job;
      const claimDelayMs = Math.max(0, startedAt.getTime() - runAfter.getTime());
      const facts = { type, jobId, attempt, claimDelayMs, traceParent };
      await JOBS.run(facts, () => runHandler(registered, job, controller));
    } catch (error) {
      failed = true;
      thrown = error;
    }
    this.active -= 1;
    // A handler that succeeds in spite of an abort has succeeded.
    if (!failed) {
      await this.record(about, (tried) => this.succeed(job, tried));
      return;
    }
    const reason: unknown = controller.signal.reason;
    if (reason instanceof JobLeaseLostError) {
      this.logger.warn(about, 'job given up: another worker has it');
    } else if (reason instanceof JobInterruptedError) {
      await this.record(about, () => this.queue.putBack(job, failureOf(reason)));
    } else {
      const failure = failureOf(thrown);
      const err = thrown instanceof Error ? redactError(thrown) : undefined;
      this.logger.warn({ ...about, code: failure.code, err }, 'job failed');
      await this.record(about, () => this.queue.fail(job, failure));
    }
    this.wake();
  }

  /**
   * Records a success with the next claim, or alone after the loop has ended and at a further try: a claim
   * that fails must not keep results from being recorded.
   */
  private async succeed(job: ClaimedJob, tried: number): Promise<boolean> {
    if (tried === 1 && !this.stopping) {
      return new Promise((resolve, reject) => {
        this.succeeded.push({ job, resolve, reject });
        this.wake();
      });
    }
    const alone = { succeeded: [job], types: [], limit: 0, workerId: this.id };
    const { recorded } = await this.queue.exchange(alone);
    this.wake();
    return recorded.has(keyOf(job));
  }

  /** Records a result; if that fails for good, the heartbeat stops and another worker runs the job again. */
  private record(about: object, write: (tried: number) => Promise<boolean>): Promise<void> {
    const limited = (tried: number): Promise<boolean> =>
      within(this.limitMs, 'A record', write(tried));
    return recordResult(this.over.signal, limited, {
      dropped: () => this.logger.warn(about, 'job result dropped: another worker has it'),
      failed: (err, tried) =>
        this.logger.warn({ ...about, err, tried }, 'a job result could not be recorded yet'),
    });
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
