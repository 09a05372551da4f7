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
import { awaitServer } from './start/await-server.js';
import { Connections } from './connections/connections.js';
import { dataSourceOptions, type PostgresOptions, type Schema } from './start/data-source.js';
import { DutyTransactions } from './transactions/duty-transactions.js';
import { migrate } from './start/migrate.js';
import { StartWork } from './start/start-work.js';
import { ScopeTransactions } from './transactions/scope-transactions.js';
import { type TransactionLimits } from './transactions/transaction.js';
import { TransactionRunner } from './transactions/transaction-runner.js';

/** Number of connections for the health probe and heartbeats. */
const DUTY_CONNECTIONS = 2;

/** The connection pool, migrated before it is used, and the transaction runners. */
@Global()
@Module({})
export class DatabaseModule {
  static register(url: string, schema: Schema): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [
        EventsModule,
        TypeOrmModule.forRootAsync({
          inject: [ENV, LOGGER],
          useFactory: async (env: Env, logger: Logger) => {
            const { databaseDirectUrl } = env;
            const pooled = { url, setting: databaseSetting(env) };
            const direct = {
              url: databaseDirectUrl ?? url,
              setting: databaseSetting(env, 'migrations'),
            };
            await migrate(direct, env, schema, logger);
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
          useFactory: ({ databaseDirectUrl }: Env, logger: Logger) =>
            new StartWork(databaseDirectUrl ?? url, logger),
        },
        ScopeTransactions,
      ],
      exports: [TransactionRunner, DutyTransactions, ScopeTransactions, StartWork],
    };
  }
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
