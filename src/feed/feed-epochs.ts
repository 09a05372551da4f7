import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { type Logger } from 'pino';
import { LOGGER } from '../logging/logger.js';
import { sqlStateOf } from '../kernel/errors/database-failure.js';
import { type Statement } from '../database/connections/statement.js';
import { TransactionRunner } from '../database/transactions/transaction-runner.js';

/** See the migration OrderEventsByCommit, which has the function. */
const BEGIN_EPOCH: Statement = {
  name: 'feed_begin_epoch',
  text: 'SELECT current_epoch AS epoch, began FROM feed_begin_epoch()',
};

const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Begins a new epoch of the feed where the database came from another cluster: a restored dump, a restore to
 * a point in time, a promotion. The ids of transactions there say nothing about those here, so new events
 * could get positions before those that a reader has passed.
 */
@Injectable()
export class FeedEpochs implements OnModuleInit {
  constructor(
    private readonly transactions: TransactionRunner,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** At the start of the process, before it stores its first event. */
  async onModuleInit(): Promise<void> {
    await this.begin();
  }

  /** Begins an epoch if there is need to, and returns the current one. */
  async begin(): Promise<number> {
    const retryOn = (error: unknown): boolean => sqlStateOf(error) === LOCK_NOT_AVAILABLE;
    const [row] = await this.transactions.run(
      (tx) => tx.query<{ epoch: number; began: boolean }>(BEGIN_EPOCH),
      { retryOn },
    );
    if (!row) throw new Error('feed_begin_epoch returned no row.');
    if (row.began) {
      this.logger.info(
        { epoch: row.epoch },
        'the database came from another cluster or timeline: a new epoch of the event feed began',
      );
    }
    return row.epoch;
  }
}
