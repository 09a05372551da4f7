import { Inject } from '@nestjs/common';
import { type Logger } from 'pino';
import { LOGGER } from '../../logging/logger.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { JobHandler, type JobContext, type JobRunner } from '../../jobs/handlers/job-handler.js';
import { type NextActionPayload } from '../../jobs/handlers/job-types.js';

/** A placeholder: it sends nothing, and publishes an event that says so. */
@JobHandler('retry_failed_deliveries')
export class RetryFailedDeliveriesHandler implements JobRunner<'retry_failed_deliveries'> {
  constructor(
    private readonly transactions: TransactionRunner,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async handle({ jobId, attempt, payload }: JobContext<NextActionPayload>): Promise<void> {
    const { nextActionId } = payload;
    this.logger.info({ jobId, nextActionId }, 'a placeholder: no delivery is sent again yet');
    await this.transactions.run((tx) => {
      tx.publish('nba.delivery.retry_job.stub', {
        actorId: null,
        requestId: null,
        sourceType: 'next_action',
        sourceId: nextActionId,
        status: 'stubbed',
        meta: { jobId, attempt },
      });
      return Promise.resolve();
    });
  }
}
