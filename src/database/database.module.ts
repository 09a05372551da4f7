import { type DynamicModule, Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { ENV, type Env } from '../config/env.js';
import { dataSourceOptions, migrate, type Schema } from './data-source.js';
import { TransactionRunner } from './transaction-runner.js';

/** The connection pool, migrated before it is used, and the transaction runner. */
@Global()
@Module({})
export class DatabaseModule {
  static register(url: string, schema: Schema): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRootAsync({
          inject: [ENV],
          useFactory: (env: Env) => ({ ...dataSourceOptions(url, env, schema), retryAttempts: 0 }),
          dataSourceFactory: async (options) => {
            if (options?.type !== 'postgres')
              throw new Error('The data source must be PostgreSQL.');
            await migrate(options);
            return new DataSource(options).initialize();
          },
        }),
      ],
      providers: [TransactionRunner],
      exports: [TransactionRunner],
    };
  }
}
