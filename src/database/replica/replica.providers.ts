import { type Provider } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import { type Pool } from 'pg';
import { type Logger } from 'pino';
import { type DataSource } from 'typeorm';
import { LOGGER } from '../../logging/logger.js';
import { ENV, type Env } from '../../config/env.js';
import { EventBus } from '../../events/event-bus.js';
import { CONNECTION_WAIT_MS, Connections } from '../connections/connections.js';
import { type PostgresOptions } from '../start/data-source.js';
import { ownPool } from '../start/own-pool.js';
import { CommitPositions } from '../transactions/commit-positions.js';
import { DutyTransactions } from '../transactions/duty-transactions.js';
import { limitsOf } from '../transactions/transaction.js';
import { TransactionRunner } from '../transactions/transaction-runner.js';
import { Reads } from './reads.js';
import { Replica } from './replica.js';

/** Reads, from the replica where DATABASE_REPLICA_URL names one. */
export const REPLICA_PROVIDERS: Provider[] = [
  { provide: CommitPositions, useFactory: () => new CommitPositions() },
  {
    provide: Reads,
    inject: [
      TransactionRunner,
      DutyTransactions,
      CommitPositions,
      getDataSourceToken(),
      ENV,
      EventBus,
      LOGGER,
    ],
    useFactory: (
      primary: TransactionRunner,
      duties: DutyTransactions,
      commits: CommitPositions,
      dataSource: DataSource,
      env: Env,
      bus: EventBus,
      logger: Logger,
    ): Reads => {
      const { databaseReplicaUrl: url } = env;
      if (url === undefined) return new Reads(primary);
      const options = { ...(dataSource.options as PostgresOptions), url };
      const pools = [
        ownPool(options, env.databasePoolSize, logger),
        ownPool(options, 1, logger),
      ] as const;
      const over = (pool: Pool): TransactionRunner =>
        new TransactionRunner(
          new Connections(pool, CONNECTION_WAIT_MS, { pool: 'replica' }),
          dataSource,
          limitsOf(env),
          bus,
          logger,
        );
      const connections = {
        readers: over(pools[0]),
        probe: over(pools[1]),
        primary: duties,
        end: async () => {
          await Promise.all(pools.map((pool) => pool.end()));
        },
      };
      return new Reads(primary, { replica: new Replica(connections, logger), commits });
    },
  },
];
