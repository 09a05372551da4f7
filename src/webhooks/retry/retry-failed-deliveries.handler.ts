import { Inject } from '@nestjs/common';
import { type Logger } from 'pino';
import { LOGGER } from '../../logging/logger.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { type JobContext, JobHandler, type JobRunner } from '../../jobs/handlers/job-handler.js';
import { type NextActionPayload } from '../../jobs/handlers/job-types.js';
import { type Scope } from '../../kernel/scope.js';
import { RETRY_ACTION } from '../model/retry-action.js';
import { DeliveryRequeue } from './delivery-requeue.js';
import { FIND_PROMISE } from './retry-presses.sql.js';

/** The scope of the NBA of the job. */
const FIND_SCOPE = {
  name: 'find_scope_of_retry',
  text: `
    SELECT entity_type AS "entityType", entity_id AS "entityId" FROM next_best_actions WHERE id = $1`,
};

/**
 * Sends the failed webhook deliveries of the NBA's scope again. Where there are none, and no press had found
 * any, it is a placeholder: it sends nothing, and publishes an event that says so.
 */
@JobHandler(RETRY_ACTION)
export class RetryFailedDeliveriesHandler implements JobRunner<typeof RETRY_ACTION> {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly requeue: DeliveryRequeue,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async handle(job: JobContext<NextActionPayload>): Promise<void> {
    const { nextActionId } = job.payload;
    const [scope] = await this.transactions.query<Scope & Record<string, unknown>>(FIND_SCOPE, [
      nextActionId,
    ]);
    // What fails from now on is left to the next press.
    const moment = { before: job.now, signal: job.signal };
    if (scope) {
      await this.requeue.retryScope(scope, moment, (tx, requeued) =>
        this.report(tx, job, requeued, scope),
      );
    } else {
      await this.transactions.run((tx) => this.report(tx, job, 0));
    }
  }

  private async report(
    tx: Transaction,
    { jobId, attempt, payload: { nextActionId } }: JobContext<NextActionPayload>,
    requeued: number,
    scope?: Scope,
  ): Promise<void> {
    const about = {
      actorId: null,
      requestId: null,
      sourceType: 'next_action',
      sourceId: nextActionId,
    };
    if (requeued > 0 || (await tx.query(FIND_PROMISE, [nextActionId, jobId])).length > 0) {
      const meta = { jobId, attempt, requeued };
      // Its scope, for whoever may see that alone; without an actor it makes no item, and starts no circle.
      const of = scope ? { scope } : {};
      tx.publish('nba.delivery.retried', { ...about, ...of, status: 'success', meta });
      return;
    }
    this.logger.info({ jobId, nextActionId }, 'a placeholder: no delivery is sent again');
    const meta = { jobId, attempt };
    tx.publish('nba.delivery.retry_job.stub', { ...about, status: 'stubbed', meta });
  }
}
