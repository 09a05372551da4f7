import { type OnApplicationShutdown } from '@nestjs/common';
import { type Pool } from 'pg';
import { type Logger } from 'pino';
import { type DataSource } from 'typeorm';
import { type EventBus } from '../../events/event-bus.js';
import { CONNECTION_WAIT_MS, Connections } from '../connections/connections.js';
import { type TransactionLimits } from './transaction.js';
import { TransactionRunner } from './transaction-runner.js';

/**
 * A separate pool for the health probe and the heartbeats of jobs: when requests use up the main pool, the
 * process must not look unhealthy and its jobs must not look lost.
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
    const connections = new Connections(pool, CONNECTION_WAIT_MS, { pool: 'duty' });
    super(connections, dataSource, limits, bus, logger);
    this.duties = connections;
  }

  /** Closes its connections, so that the next use resolves the database address again. */
  renew(): void {
    this.duties.renew();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}
