import { type DynamicModule, Global, Module } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import { Pool } from 'pg';
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
import { migrate } from './start/migrate.js';
import { Partitions } from './retention/partitions.js';
import { Retention, type RetentionPlan } from './retention/retention.js';
import { StartWork } from './start/start-work.js';
import { ScopeTransactions } from './transactions/scope-transactions.js';
import { type TransactionLimits } from './transactions/transaction.js';
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
          inject: [getDataSourceToken(), ENV, EventBus, LOGGER],
          useFactory: (dataSource: DataSource, env: Env, bus: EventBus, logger: Logger) =>
            new TransactionRunner(
              new Connections((dataSource.driver as unknown as { master: Pool }).master),
              dataSource,
              limitsOf(env),
              bus,
              logger,
            ),
        },
        {
          provide: DutyTransactions,
          inject: [getDataSourceToken(), ENV, EventBus, LOGGER],
          useFactory: (dataSource: DataSource, env: Env, bus: EventBus, logger: Logger) =>
            new DutyTransactions(
              dutyPool(dataSource.options as PostgresOptions, logger),
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
      exports: [TransactionRunner, DutyTransactions, ScopeTransactions, Retention, StartWork],
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

function limitsOf(env: Env): TransactionLimits {
  return { statementMs: env.statementTimeoutMs, lockMs: env.lockTimeoutMs };
}

function dutyPool({ url, applicationName, extra }: PostgresOptions, logger: Logger): Pool {
  const pool = new Pool({
    connectionString: url,
    application_name: applicationName,
    ...(extra as object),
    max: DUTY_CONNECTIONS,
    idleTimeoutMillis: 60_000,
  });
  pool.on('error', (error) => logger.debug({ err: error }, 'an idle connection was lost'));
  return pool;
}
