import { type DynamicModule, Global, Module } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import { type Pool } from 'pg';
import { type Logger } from 'pino';
import { DataSource } from 'typeorm';
import { LOGGER } from '../logging/logger.js';
import { databaseSetting } from '../config/database-setting.js';
import { ENV, type Env } from '../config/env.js';
import { EventBus } from '../events/event-bus.js';
import { EventsModule } from '../events/events.module.js';
import { awaitServer, type DatabaseAddress } from './start/await-server.js';
import { Connections } from './connections/connections.js';
import { dataSourceOptions, type PostgresOptions, type Schema } from './start/data-source.js';
import { DutyTransactions } from './transactions/duty-transactions.js';
import { ownPool } from './start/own-pool.js';
import { Reads } from './replica/reads.js';
import { REPLICA_PROVIDERS } from './replica/replica.providers.js';
import { migrate } from './start/migrate.js';
import { Partitions } from './retention/partitions.js';
import { Retention, type RetentionPlan } from './retention/retention.js';
import { StartWork } from './start/start-work.js';
import { ScopeTransactions } from './transactions/scope-transactions.js';
import { CommitPositions } from './transactions/commit-positions.js';
import { limitsOf } from './transactions/transaction.js';
import { TransactionRunner } from './transactions/transaction-runner.js';

/** Number of connections for the health probe and heartbeats. */
const DUTY_CONNECTIONS = 2;

/** The connection pool, migrated before it is used, the transaction runners, and retention. */
@Global()
@Module({})
export class DatabaseModule {
  static register(url: string, schema: Schema, plan: RetentionPlan): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [
        EventsModule,
        TypeOrmModule.forRootAsync({
          inject: [ENV, LOGGER],
          useFactory: async (env: Env, logger: Logger) => {
            const { databaseDirectUrl } = env;
            const pooled = { url, setting: databaseSetting(env) };
            const direct = directAddress(url, env);
            await migrate(direct, env, schema, logger);
            const tables = plan.partitioned.map(({ table }) => table);
            await new Partitions(direct, logger).makeAhead(tables, new Date());
            if (databaseDirectUrl !== undefined) {
              await awaitServer(pooled, env.databaseWaitMs, logger);
            }
            return { ...dataSourceOptions(url, env, schema), retryAttempts: 0 };
          },
        }),
      ],
      providers: [
        {
          provide: TransactionRunner,
          inject: [getDataSourceToken(), ENV, EventBus, LOGGER, CommitPositions],
          useFactory: (
            dataSource: DataSource,
            env: Env,
            bus: EventBus,
            logger: Logger,
            commits: CommitPositions,
          ) =>
            new TransactionRunner(
              new Connections((dataSource.driver as unknown as { master: Pool }).master),
              dataSource,
              limitsOf(env),
              bus,
              logger,
              // Each commit asks for its position then.
              env.databaseReplicaUrl === undefined ? undefined : commits,
            ),
        },
        ...REPLICA_PROVIDERS,
        {
          provide: DutyTransactions,
          inject: [getDataSourceToken(), ENV, EventBus, LOGGER],
          useFactory: (dataSource: DataSource, env: Env, bus: EventBus, logger: Logger) =>
            new DutyTransactions(
              ownPool(dataSource.options as PostgresOptions, DUTY_CONNECTIONS, logger),
              dataSource,
              limitsOf(env),
              bus,
              logger,
            ),
        },
        {
          provide: StartWork,
          inject: [ENV, LOGGER],
          useFactory: (env: Env, logger: Logger) =>
            new StartWork(directAddress(url, env).url, logger),
        },
        ScopeTransactions,
        {
          provide: Retention,
          inject: [TransactionRunner, ENV, LOGGER],
          useFactory: (transactions: TransactionRunner, env: Env, logger: Logger) => {
            const direct = directAddress(url, env);
            const partitions = new Partitions(direct, logger);
            return new Retention(plan, env.retention, transactions, partitions, direct, logger);
          },
        },
      ],
      exports: [
        TransactionRunner,
        Reads,
        DutyTransactions,
        ScopeTransactions,
        Retention,
        StartWork,
      ],
    };
  }
}

/** Where the schema is changed: as the owner, past a pooler, where that is set. */
function directAddress(url: string, env: Env): DatabaseAddress {
  return {
    url: env.databaseDirectUrl ?? url,
    setting: databaseSetting(env, 'migrations'),
  };
}
