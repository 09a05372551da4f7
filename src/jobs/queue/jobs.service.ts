import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { validateAs } from '../../http/validation/validation.js';
import { type Actor, SYSTEM_ACTOR } from '../../kernel/actor.js';
import { activeTrace } from '../../kernel/observation/trace-context.js';
import { type Scope } from '../../kernel/scope.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { type JobContext } from '../handlers/job-handler.js';
import { JobHandlerRegistry } from '../handlers/job-handler.registry.js';
import { type JobType, type JobTypes } from '../handlers/job-types.js';
import { HOLD } from './claim.sql.js';
import { ENQUEUE, ENQUEUE_ONCE, NEW_JOB, SUPERSEDE } from './enqueue.sql.js';
import { type ChangedJob, publishChange } from './job-changes.js';
import { CANCEL_UNSTARTED } from './jobs.sql.js';
import { JobWake } from './job-wake.js';

/** A job to be done after the commit. */
export interface NewJob<T extends JobType = JobType> {
  readonly type: T;
  readonly payload: JobTypes[T];
  /** While a job of this type and key waits, no second one is created: the waiting one serves both. */
  readonly dedupeKey?: string;
  /**
   * The scope whose lists and health score have the job, if its payload names none; a press sets that of its
   * NBA. Not a part of the payload: it is neither passed to the handler nor shown.
   */
  readonly scope?: Scope;
  /** The next best action that the job is for: on record, in its events, and a filter. A press sets its own. */
  readonly nextActionId?: string;
  /** Earliest start; at once by default. */
  readonly runAfter?: Date;
  /** The trace that it continues; by default the one in which it is enqueued. */
  readonly traceParent?: string | null;
}

/** The members of a transaction that enqueueing needs. */
export type EnqueueTransaction = Pick<Transaction, 'query' | 'afterCommit'>;

/** `runAfter` comes last, and may be null. */
const GIVEN = NEW_JOB.without('runAfter');

/** Longest dedupe key, in characters. */
const MAX_KEY = 300;

/** Enqueues jobs in the caller's transaction. */
@Injectable()
export class JobsService {
  constructor(
    private readonly registry: JobHandlerRegistry,
    private readonly wake: JobWake,
  ) {}

  /**
   * Enqueues a job in the caller's transaction and returns its id, or the id of the job that waits for the
   * same key. No worker sees it before the commit, which wakes the one of this process; a rollback removes
   * it. Throws ValidationFailedError for a payload that its type's class refuses.
   */
  async enqueue<T extends JobType>(tx: EnqueueTransaction, job: NewJob<T>): Promise<string> {
    const definition = this.registry.definitionOf(job.type);
    if (!definition) throw new Error(`There is no job type "${job.type}".`);
    const { type, dedupeKey = null, nextActionId = null, runAfter = null } = job;
    const { traceParent = activeTrace() ?? null } = job;
    if (dedupeKey !== null && (dedupeKey === '' || dedupeKey.length > MAX_KEY)) {
      throw new Error(`A dedupe key of "${type}" has 1 to ${MAX_KEY} characters.`);
    }
    const payload = validateAs(definition.payload, job.payload, 'payload');
    const scope = scopeIn(payload) ?? job.scope;
    const statement = dedupeKey === null ? ENQUEUE : ENQUEUE_ONCE;
    const values = GIVEN.values({
      id: uuidv7(),
      type,
      payload,
      dedupeKey,
      entityType: scope?.entityType ?? null,
      entityId: scope?.entityId ?? null,
      nextActionId,
      traceParent,
    });
    const [stored] = await tx.query<{ id: string }>(statement, [...values, runAfter]);
    if (!stored) throw new Error(`The job "${type}" was not enqueued.`);
    if (runAfter === null || runAfter.getTime() <= Date.now()) tx.afterCommit(this.wake.wake);
    return stored.id;
  }

  /**
   * Whether an attempt still runs, for a handler that records its work in a transaction: until it ends,
   * nobody takes the job over. False for an attempt that ran too long or whose worker was considered lost.
   */
  async holds(
    tx: Pick<Transaction, 'query'>,
    { jobId, attempt }: Pick<JobContext, 'jobId' | 'attempt'>,
  ): Promise<boolean> {
    return (await tx.query(HOLD, [jobId, attempt])).length === 1;
  }

  /**
   * Cancels a job that no worker has begun, in the caller's transaction, with the event `job.cancelled` of
   * the actor; false for one that ran, runs or is gone.
   */
  async cancelUnstarted(
    tx: Pick<Transaction, 'query' | 'publish'>,
    id: string,
    actor: Actor,
  ): Promise<boolean> {
    const [job] = await tx.query<ChangedJob & Record<string, unknown>>(CANCEL_UNSTARTED, [id]);
    if (job) publishChange(tx, 'job.cancelled', job, actor);
    return job !== undefined;
  }

  /**
   * Cancels the dead-lettered jobs of a key in a scope, because a newer one does their work; an operator no
   * longer has to. Each leaves the event `job.cancelled` of the system.
   */
  async supersede(
    tx: Pick<Transaction, 'query' | 'publish'>,
    type: JobType,
    { entityType, entityId }: Scope,
    dedupeKey: string,
  ): Promise<void> {
    const values = [type, dedupeKey, entityType, entityId];
    for (const { id } of await tx.query<{ id: string }>(SUPERSEDE, values)) {
      const job = { id, type, entityType, entityId, nextActionId: null };
      publishChange(tx, 'job.cancelled', job, SYSTEM_ACTOR);
    }
  }
}

/** The scope that a payload names. */
function scopeIn(payload: object): Scope | undefined {
  const { entityType, entityId } = payload as Partial<Scope>;
  return typeof entityType === 'string' && typeof entityId === 'string'
    ? { entityType, entityId }
    : undefined;
}
