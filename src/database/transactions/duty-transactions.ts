import { type OnApplicationShutdown } from '@nestjs/common';
import { type Pool } from 'pg';
import { type Logger } from 'pino';
import { type DataSource } from 'typeorm';
import { type EventBus } from '../../events/event-bus.js';
import { Connections } from '../connections/connections.js';
import { type TransactionLimits } from './transaction.js';
import { TransactionRunner } from './transaction-runner.js';

/**
 * Connections of a process's own duties, the health probe and the heartbeats of its jobs: a pool that
 * requests have filled must neither make the process look ill nor make its jobs look lost.
 */
export class DutyTransactions extends TransactionRunner implements OnApplicationShutdown {
  private readonly duties: Connections;

  constructor(
    private readonly pool: Pool,
    dataSource: DataSource,
    limits: TransactionLimits,
    bus: EventBus,
    logger: Logger,
  ) {
    const connections = new Connections(pool);
    super(connections, dataSource, limits, bus, logger);
    this.duties = connections;
  }

  /** Makes the next duty look where the address of the database leads by then. */
  renew(): void {
    this.duties.renew();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}
