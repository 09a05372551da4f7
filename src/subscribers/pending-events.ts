import { Injectable } from '@nestjs/common';
import { scopeKey } from '../kernel/scope.js';
import { type Transaction } from '../database/transactions/transaction.js';
import { TransactionRunner } from '../database/transactions/transaction-runner.js';
import { type FeedEvent } from '../feed/feed.sql.js';
import { type JobContext } from '../jobs/handlers/job-handler.js';
import { JobsService } from '../jobs/queue/jobs.service.js';
import * as sql from './pending-events.sql.js';
import { type SubscriberJobType, type SubscriberPayload } from './subscriber-payload.js';

/** A subscriber, as far as its events and jobs are concerned. */
interface Owner {
  readonly name: string;
  readonly type: SubscriberJobType;
}

/** The attempt that runs an event. */
type Attempt = Pick<JobContext<SubscriberPayload>, 'jobId' | 'attempt' | 'payload'>;

/**
 * The events that wait for a subscriber. Of each scope, the first one has a job, which the queue runs with
 * its pauses, heartbeats and takeovers; the events behind it wait, and those of other scopes do not.
 */
@Injectable()
export class PendingEvents {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly jobs: JobsService,
  ) {}

  /** Adds new events, gives up those of the jobs that ended for good, and starts what is first now. */
  async add(
    tx: Transaction,
    owner: Owner,
    events: readonly FeedEvent[],
    endedJobs: readonly string[],
  ): Promise<void> {
    const scopes = new Set(events.map(scopeKeyOf));
    if (events.length > 0) await tx.execute(sql.ADD_PENDING, [owner.name, ...valuesOf(events)]);
    if (endedJobs.length > 0) {
      const values = [owner.name, endedJobs];
      const rows = await tx.query<{ scopeKey: string }>(sql.GIVE_UP, values);
      for (const { scopeKey } of rows) scopes.add(scopeKey);
    }
    await this.start(tx, owner, [...scopes]);
  }

  /** Whether the event of an attempt is still to be processed. */
  async isPending({ name }: Owner, { jobId, payload }: Attempt): Promise<boolean> {
    const values = [name, payload.eventId, jobId];
    return (await this.transactions.query(sql.FIND_PENDING, values)).length === 1;
  }

  /**
   * Records that the event of an attempt was processed, and starts the next one of its scope. Does nothing
   * for an attempt that ran too long or whose worker was considered lost: another one runs the event.
   */
  async done(owner: Owner, attempt: Attempt): Promise<void> {
    const { jobId, payload } = attempt;
    await this.transactions.run(async (tx) => {
      if (!(await this.jobs.holds(tx, attempt))) return;
      const values = [owner.name, payload.eventId, jobId];
      const rows = await tx.query<{ scopeKey: string }>(sql.END_PENDING, values);
      await this.start(
        tx,
        owner,
        rows.map(({ scopeKey }) => scopeKey),
      );
    });
  }

  /** Enqueues a job for the first event of each scope that has none. */
  private async start(tx: Transaction, owner: Owner, scopes: readonly string[]): Promise<void> {
    if (scopes.length === 0) return;
    const { name, type } = owner;
    tx.defer(sql.LOCK_SCOPES, [name, scopes]);
    const first = await tx.query<FirstEvent>(sql.FIRST_PENDING, [name, scopes]);
    if (first.length === 0) return;
    const jobIds = await Promise.all(
      first.map(({ eventId, eventKey, scopeKey, traceParent }) => {
        const payload = { subscriber: name, eventId, eventKey, ...scopeOf(scopeKey) };
        // Not the trace of the event before, whose job may start this one.
        return this.jobs.enqueue(tx, { type, payload, traceParent });
      }),
    );
    tx.defer(sql.START_PENDING, [name, first.map(({ eventId }) => eventId), jobIds]);
  }
}

type FirstEvent = Readonly<Record<'eventId' | 'eventKey' | 'scopeKey', string>> & {
  readonly traceParent: string | null;
};

/** The type of a scope is snake_case, so the first slash ends it. */
function scopeKeyOf({ entityType, entityId }: FeedEvent): string {
  return entityType === null || entityId === null ? '' : scopeKey({ entityType, entityId });
}

function scopeOf(key: string): Pick<SubscriberPayload, 'entityType' | 'entityId'> {
  if (key === '') return {};
  const slash = key.indexOf('/');
  return { entityType: key.slice(0, slash), entityId: key.slice(slash + 1) };
}

function valuesOf(events: readonly FeedEvent[]): unknown[] {
  return [
    events.map(({ id }) => id),
    events.map(({ eventKey }) => eventKey),
    events.map(scopeKeyOf),
    events.map(({ epoch }) => epoch),
    events.map(({ xid }) => xid),
    events.map(({ traceParent }) => traceParent),
  ];
}
