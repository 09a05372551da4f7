import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { validateAs } from '../../http/validation/validation.js';
import { type Scope } from '../../kernel/scope.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { Boss } from './pg-boss.adapter.js';
import { SCOPE_MEMBER } from './job.js';
import { JobHandlerRegistry } from '../handlers/job-handler.registry.js';
import { type JobType, type JobTypes } from '../handlers/job-types.js';
import { FIND_WAITING, LOCK_KEY } from './jobs.sql.js';

/** A job to be done after the commit. */
export interface NewJob<T extends JobType = JobType> {
  readonly type: T;
  readonly payload: JobTypes[T];
  /** While a job of this type and key waits, no second one is created: the waiting one serves both. */
  readonly dedupeKey?: string;
  /**
   * The scope whose health score counts the job, if its payload names none. Not a part of the payload: it
   * is neither passed to the handler nor shown.
   */
  readonly scope?: Scope;
  /** Earliest start; at once by default. */
  readonly runAfter?: Date;
}

/** The members of a transaction that enqueueing needs. */
export type EnqueueTransaction = Pick<Transaction, 'query' | 'executeSql'>;

/** Longest dedupe key, in characters. */
const MAX_KEY = 300;

/** Enqueues jobs in the caller's transaction. */
@Injectable()
export class JobsService {
  constructor(
    private readonly boss: Boss,
    private readonly registry: JobHandlerRegistry,
  ) {}

  /**
   * Enqueues a job in the caller's transaction and returns its id, or the id of the job that waits for the
   * same key. No worker sees it before the commit, and a rollback removes it. Throws ValidationFailedError
   * for a payload that its type's class refuses.
   */
  async enqueue<T extends JobType>(tx: EnqueueTransaction, job: NewJob<T>): Promise<string> {
    const definition = this.registry.definitionOf(job.type);
    if (!definition) throw new Error(`There is no job type "${job.type}".`);
    const payload = validateAs(definition.payload, job.payload, 'payload');
    const id = uuidv7();
    const data = job.scope ? { ...payload, [SCOPE_MEMBER]: job.scope } : payload;
    const sent = { type: job.type, data, runAfter: job.runAfter };
    if (job.dedupeKey === undefined) {
      await this.boss.send(tx, { ...sent, id, key: id });
      return id;
    }
    const key = job.dedupeKey;
    if (key === '' || key.length > MAX_KEY) {
      throw new Error(`A dedupe key of "${job.type}" has 1 to ${MAX_KEY} characters.`);
    }
    const waiting = await findWaiting(tx, job.type, key);
    if (waiting !== undefined) return waiting;
    if ((await this.boss.send(tx, { ...sent, id, key })) === null) {
      throw new Error(`The job "${job.type}" was not enqueued: it has no queue.`);
    }
    return id;
  }
}

/**
 * The job that waits for a key. Locks the key until the transaction ends: of two concurrent calls, the
 * second waits for the first to commit and then finds its job.
 */
export async function findWaiting(
  tx: Pick<Transaction, 'query'>,
  type: string,
  key: string,
): Promise<string | undefined> {
  const [, waiting] = await Promise.all([
    tx.query(LOCK_KEY, [type, key]),
    tx.query<{ id: string }>(FIND_WAITING, [type, key]),
  ]);
  return waiting[0]?.id;
}
