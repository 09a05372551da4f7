import { Inject, Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { ENV, type Env } from '../../config/env.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { DutyTransactions } from '../../database/transactions/duty-transactions.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { Boss } from './boss.js';
import { type JobFailure, WORKER_LOST } from './jobs.errors.js';
import * as sql from './jobs.sql.js';

/** A try that is under way. */
export interface Attempt {
  readonly attemptId: string;
  readonly jobId: string;
  readonly type: string;
  readonly attempt: number;
  readonly startedAt: Date;
}

/** A job that was taken for this worker. */
export interface ClaimedJob extends Attempt {
  readonly payload: unknown;
}

/**
 * The worker's side of the queue. Each result is fenced by its try: a worker that was taken for lost
 * can neither end nor fail the job that another runs by now.
 */
@Injectable()
export class JobQueue {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly duties: DutyTransactions,
    private readonly boss: Boss,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /** Takes up to `limit` due jobs. */
  claim(types: readonly string[], limit: number, workerId: string): Promise<ClaimedJob[]> {
    return this.transactions.run(async (tx) => {
      const ids = Array.from({ length: limit }, () => uuidv7());
      const [, claimed] = await Promise.all([
        tx.query(sql.LOCK_CLAIMS),
        tx.query<ClaimedJob>(sql.CLAIM, [types, limit, ids, workerId]),
      ]);
      return claimed;
    });
  }

  /** Says that tries still run; returns the ids of those that are still this worker's. */
  async sendHeartbeats(attemptIds: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.duties.query<{ id: string }>(sql.RECORD_HEARTBEATS, [attemptIds]);
    return new Set(rows.map(({ id }) => id));
  }

  /** The try and its job have ended well; false when they were no longer this worker's. */
  async succeed(attempt: Attempt): Promise<boolean> {
    const { attemptId } = attempt;
    return (await this.transactions.run((tx) => tx.query(sql.SUCCEED, [attemptId]))).length === 1;
  }

  /** The try failed: the job waits for its next one, or is dead-lettered. Both are events. */
  fail(attempt: Attempt, failure: JobFailure): Promise<boolean> {
    return this.transactions.run((tx) =>
      this.settle(tx, attempt, failure, this.env.jobs.backoffMs),
    );
  }

  /** Puts a running job back, as if this try had not been. */
  putBack(attempt: Attempt, reason: JobFailure): Promise<boolean> {
    return this.transactions.run(async (tx) => {
      const mine = await endAttempt(tx, attempt, 'interrupted', reason);
      if (mine) await tx.query(sql.PUT_BACK, [attempt.type, attempt.jobId]);
      return mine;
    });
  }

  /**
   * Fails the tries whose worker fell silent. Their jobs are due at once, for the job is rarely to
   * blame; but the try counts, or a job that kills its worker would go on killing. Returns how many.
   */
  releaseLost(): Promise<number> {
    return this.duties.run(async (tx) => {
      const lost = await tx.query<Attempt>(sql.FIND_LOST, [this.env.jobs.staleMs]);
      for (const attempt of lost) await this.settle(tx, attempt, WORKER_LOST, []);
      return lost.length;
    });
  }

  /** Lets go of what ended long ago. */
  async cleanUp(): Promise<void> {
    await this.boss.archive();
    await this.transactions.query(sql.DELETE_ORPHANED_ATTEMPTS);
    await this.transactions.query(sql.DELETE_LOST_TICKS);
  }

  private async settle(
    tx: Transaction,
    attempt: Attempt,
    failure: JobFailure,
    backoffMs: readonly number[],
  ): Promise<boolean> {
    if (!(await endAttempt(tx, attempt, 'failed', failure))) return false;
    const [job] = await tx.query<{ state: 'retry' | 'failed'; startAfter: Date }>(
      sql.RETRY_OR_DEAD_LETTER,
      [attempt.type, attempt.jobId, backoffMs],
    );
    const deadLettered = job?.state === 'failed';
    const about = {
      actorId: null,
      requestId: null,
      sourceType: 'job',
      sourceId: attempt.jobId,
      status: 'failed' as const,
      durationMs: Math.max(0, Date.now() - attempt.startedAt.getTime()),
      errorCode: failure.code,
      errorMessage: failure.message,
    };
    const meta = { type: attempt.type, attempt: attempt.attempt };
    const retryAt = job?.state === 'retry' ? job.startAfter.toISOString() : null;
    tx.publish('job.failed', { ...about, meta: { ...meta, retryAt } });
    if (deadLettered) {
      tx.defer(sql.DEAD_LETTER_ATTEMPT, [attempt.attemptId]);
      tx.publish('job.dead_lettered', { ...about, meta });
    }
    return true;
  }
}

async function endAttempt(
  tx: Transaction,
  attempt: Attempt,
  status: 'failed' | 'interrupted',
  { code, message }: JobFailure,
): Promise<boolean> {
  const ended = await tx.query(sql.END_ATTEMPT, [attempt.attemptId, status, code, message]);
  return ended.length === 1;
}
