import { Inject, Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { ENV, type Env } from '../../config/env.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { DutyTransactions } from '../../database/transactions/duty-transactions.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { Boss } from './pg-boss.adapter.js';
import { type JobFailure, WORKER_LOST } from './jobs.errors.js';
import * as sql from './jobs.sql.js';

/** A running attempt. */
export interface Attempt {
  readonly attemptId: string;
  readonly jobId: string;
  readonly type: string;
  readonly attempt: number;
  readonly startedAt: Date;
}

/** A job that this worker has claimed. */
export interface ClaimedJob extends Attempt {
  readonly payload: unknown;
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
    private readonly boss: Boss,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /** Claims up to `limit` due jobs. */
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

  /** Records a heartbeat of running attempts; returns the ids of those that still belong to this worker. */
  async sendHeartbeats(attemptIds: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.duties.query<{ id: string }>(sql.RECORD_HEARTBEATS, [attemptIds]);
    return new Set(rows.map(({ id }) => id));
  }

  /** Records that the attempt and its job succeeded; false if they no longer belonged to this worker. */
  async succeed(attempt: Attempt): Promise<boolean> {
    const { attemptId } = attempt;
    return (await this.transactions.run((tx) => tx.query(sql.SUCCEED, [attemptId]))).length === 1;
  }

  /**
   * Records that the attempt failed: the job waits for its next one, or is dead-lettered. Both are events.
   */
  fail(attempt: Attempt, failure: JobFailure): Promise<boolean> {
    return this.transactions.run((tx) =>
      this.settle(tx, attempt, failure, this.env.jobs.backoffMs),
    );
  }

  /** Puts a running job back; this attempt does not count. */
  putBack(attempt: Attempt, reason: JobFailure): Promise<boolean> {
    return this.transactions.run(async (tx) => {
      const mine = await endAttempt(tx, attempt, 'interrupted', reason);
      if (mine) await tx.query(sql.PUT_BACK, [attempt.type, attempt.jobId]);
      return mine;
    });
  }

  /**
   * Fails the attempts whose heartbeat is too old. Their jobs are due at once, because the job is rarely
   * the cause; but the attempt counts, or a job that kills its worker would run without end. Returns how
   * many.
   */
  releaseLost(): Promise<number> {
    return this.duties.run(async (tx) => {
      const lost = await tx.query<Attempt>(sql.FIND_LOST, [this.env.jobs.staleMs]);
      for (const attempt of lost) await this.settle(tx, attempt, WORKER_LOST, []);
      return lost.length;
    });
  }

  /** Deletes what ended long ago. */
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
