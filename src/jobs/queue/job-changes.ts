import { type Actor, causedBy } from '../../kernel/actor.js';
import { type Transaction } from '../../database/transactions/transaction.js';

/** What the event of a change says about its job. */
export interface ChangedJob {
  readonly id: string;
  readonly type: string;
  readonly entityType: string | null;
  readonly entityId: string | null;
  readonly nextActionId: string | null;
}

/** Publishes that somebody, or the application itself, restarted or cancelled a job. */
export function publishChange(
  tx: Pick<Transaction, 'publish'>,
  eventKey: 'job.retried' | 'job.cancelled',
  { id, type, entityType, entityId, nextActionId }: ChangedJob,
  actor: Actor,
): void {
  tx.publish(eventKey, {
    ...causedBy(actor),
    sourceType: 'job',
    sourceId: id,
    ...(entityType === null || entityId === null ? {} : { scope: { entityType, entityId } }),
    status: 'success',
    meta: { type, ...(nextActionId === null ? {} : { nextActionId }) },
  });
}
