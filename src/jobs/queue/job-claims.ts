import { Inject, Injectable } from '@nestjs/common';
import { ENV, type Env } from '../../config/env.js';
import { sqlStateOf, UNIQUE_VIOLATION } from '../../kernel/errors/database-failure.js';
import { continueTrace } from '../../kernel/observation/trace-context.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { DutyTransactions } from '../../database/transactions/duty-transactions.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { JobHandlerRegistry } from '../handlers/job-handler.registry.js';
import { claimStatement } from './claim.sql.js';
import { type ScopeOfJob, scopeOfJob } from './job-changes.js';
import { type JobState } from './job.entity.js';
import { type JobFailure, WORKER_LOST } from './jobs.errors.js';
import * as sql from './jobs.sql.js';

/** A running attempt: the job and the number of the attempt are its fence. */
export interface Attempt {
  readonly jobId: string;
  readonly type: string;
  readonly attempt: number;
  readonly startedAt: Date;
  readonly nextActionId: string | null;
  /** The trace that enqueued the job. */
  readonly traceParent: string | null;
}

/** A job that this worker has claimed. */
export interface ClaimedJob extends Attempt {
  readonly payload: unknown;
  /** When it was due. */
  readonly runAfter: Date;
}

/** What a worker reports and asks for at once. */
export interface Exchange {
  /** Attempts that succeeded. */
  readonly succeeded: readonly Attempt[];
  /** The types to claim, in the order of their turns. */
  readonly types: readonly string[];
  /** Most jobs to claim; 0 claims none. */
  readonly limit: number;
  readonly workerId: string;
}

/** The answer to an {@link Exchange}. */
export interface Exchanged {
  /** The keys of the attempts whose success was recorded; the others belong to another worker. */
  readonly recorded: ReadonlySet<string>;
  readonly claimed: readonly ClaimedJob[];
}

/** Identifies an attempt within a process. */
export function keyOf({ jobId, attempt }: Pick<Attempt, 'jobId' | 'attempt'>): string {
  return `${jobId}/${attempt}`;
}

/**
 * The worker's side of the queue. Each result is fenced by its attempt: a worker that was considered lost
 * can't end a job that another worker runs by now.
 */
@Injectable()
export class JobClaims {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly duties: DutyTransactions,
    private readonly registry: JobHandlerRegistry,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /**
   * Records successes and claims due jobs in one transaction, whose COMMIT is sent in the same packet: with
   * short jobs, the commits and round trips are most of the work.
   */
  async exchange({ succeeded, types, limit, workerId }: Exchange): Promise<Exchanged> {
    const sent = await this.transactions.run(
      (tx) =>
        // Not awaited before the COMMIT, which fails if one of them does.
        Promise.resolve({
          ended: succeeded.length === 0 ? [] : tx.query<Fence>(sql.SUCCEED, fencesOf(succeeded)),
          claimed:
            limit === 0 ? [] : tx.query<ClaimedRow>(claimStatement(limit), [types, workerId]),
        }),
      // Another worker claimed a job of the same dedupe key at the same moment: see uq_jobs_running_key.
      { retryOn: (error) => sqlStateOf(error) === UNIQUE_VIOLATION },
    );
    const [ended, claimed] = await Promise.all([sent.ended, sent.claimed]);
    return { recorded: new Set(ended.map(keyOf)), claimed };
  }

  /** Records a heartbeat of running attempts; returns the keys of those that still belong to this worker. */
  async sendHeartbeats(attempts: readonly Attempt[]): Promise<ReadonlySet<string>> {
    const rows = await this.duties.query<Fence>(sql.RECORD_HEARTBEATS, fencesOf(attempts));
    return new Set(rows.map(keyOf));
  }

  /**
   * Records that the attempt failed: the job waits for its next one, or is dead-lettered. Both are events.
   * False if it no longer belonged to this worker.
   */
  fail(attempt: Attempt, failure: JobFailure): Promise<boolean> {
    return continueTrace(attempt.traceParent, () =>
      this.transactions.run((tx) => this.settle(tx, attempt, failure, false)),
    );
  }

  /** Puts a running job back; this attempt does not count. */
  async putBack({ jobId, attempt }: Attempt, { code, message }: JobFailure): Promise<boolean> {
    const values = [jobId, attempt, code, message];
    return (await this.transactions.run((tx) => tx.query(sql.PUT_BACK, values))).length === 1;
  }

  /**
   * Fails the attempts whose heartbeat is too old. Their jobs are due at once, because the job is rarely
   * the cause; but the attempt counts, or a job that kills its worker would run without end. Returns how
   * many.
   */
  releaseLost(): Promise<number> {
    return this.duties.run(async (tx) => {
      const lost = await tx.query<ClaimedRow>(sql.FIND_LOST, [this.env.jobs.staleMs]);
      for (const attempt of lost) {
        await continueTrace(attempt.traceParent, () => this.settle(tx, attempt, WORKER_LOST, true));
      }
      return lost.length;
    });
  }

  private async settle(
    tx: Transaction,
    attempt: Attempt,
    failure: JobFailure,
    atOnce: boolean,
  ): Promise<boolean> {
    const { jobId, type, nextActionId } = attempt;
    const pauses = this.registry.get(type)?.backoffMs ?? this.env.jobs.backoffMs;
    const [job] = await tx.query<FailedRow>(sql.FAIL, [
      jobId,
      attempt.attempt,
      failure.code,
      failure.message,
      pauses,
      atOnce,
    ]);
    if (!job) return false;
    const about = {
      actorId: null,
      requestId: null,
      sourceType: 'job',
      sourceId: jobId,
      ...scopeOfJob(job),
      status: 'failed' as const,
      durationMs: Math.max(0, Date.now() - attempt.startedAt.getTime()),
      errorCode: failure.code,
      errorMessage: failure.message,
    };
    const meta = {
      type,
      attempt: attempt.attempt,
      ...(nextActionId === null ? {} : { nextActionId }),
    };
    const retryAt = job.state === 'retrying' ? job.runAfter.toISOString() : null;
    tx.publish('job.failed', { ...about, meta: { ...meta, retryAt } });
    if (retryAt === null) tx.publish('job.dead_lettered', { ...about, meta });
    return true;
  }
}

type Fence = Pick<Attempt, 'jobId' | 'attempt'>;
type ClaimedRow = ClaimedJob & Record<string, unknown>;
type FailedRow = ScopeOfJob & { readonly state: JobState; readonly runAfter: Date };

function fencesOf(attempts: readonly Fence[]): unknown[] {
  return [attempts.map(({ jobId }) => jobId), attempts.map(({ attempt }) => attempt)];
}
