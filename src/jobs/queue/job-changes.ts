import { type Actor, causedBy } from '../../kernel/actor.js';
import { type Scope } from '../../kernel/scope.js';
import { type Transaction } from '../../database/transactions/transaction.js';

/** The scope that a job works in; both null for none. */
export interface ScopeOfJob {
  readonly entityType: string | null;
  readonly entityId: string | null;
}

/** The scope of a job's events. */
export function scopeOfJob({ entityType, entityId }: ScopeOfJob): { readonly scope?: Scope } {
  return entityType === null || entityId === null ? {} : { scope: { entityType, entityId } };
}

/** What the event of a change says about its job. */
export interface ChangedJob extends ScopeOfJob {
  readonly id: string;
  readonly type: string;
  readonly nextActionId: string | null;
}

/** Publishes that somebody, or the application itself, restarted or cancelled a job. */
export function publishChange(
  tx: Pick<Transaction, 'publish'>,
  eventKey: 'job.retried' | 'job.cancelled',
  job: ChangedJob,
  actor: Actor,
): void {
  const { id, type, nextActionId } = job;
  tx.publish(eventKey, {
    ...causedBy(actor),
    sourceType: 'job',
    sourceId: id,
    ...scopeOfJob(job),
    status: 'success',
    meta: { type, ...(nextActionId === null ? {} : { nextActionId }) },
  });
}
