import { type Actor } from '../../kernel/actor.js';
import { type Scope } from '../../kernel/scope.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { type JobsService } from '../../jobs/queue/jobs.service.js';
import { type DeliveryTransaction } from './delivery-action.js';

/**
 * The execution's transaction as an action sees it. Its jobs are for the NBA and in its scope, unless they
 * name another.
 */
export function deliveryTransaction(
  tx: Transaction,
  jobs: JobsService,
  { id: nextActionId, entityType, entityId }: Scope & { readonly id: string },
  actor: Actor,
): DeliveryTransaction {
  const scope = { entityType, entityId };
  return {
    get manager() {
      return tx.manager;
    },
    query: (statement, values) => tx.query(statement, values),
    execute: (statement, values) => tx.execute(statement, values),
    defer: (statement, values) => tx.defer(statement, values),
    part: (work) => tx.part(work),
    publish: (eventKey, payload) => tx.publish(eventKey, payload),
    enqueue: (job) => jobs.enqueue(tx, { nextActionId, scope, ...job }),
    cancelUnstarted: (jobId) => jobs.cancelUnstarted(tx, jobId, actor),
  };
}
