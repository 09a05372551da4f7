import { Module } from '@nestjs/common';
import { ThrottlerModule } from '@nestjs/throttler';
import { ENV, type Env } from '../config/env.js';
import { PostgresThrottlerStorage } from './postgres-throttler-storage.js';
import { RateLimitCountersModule } from './rate-limit-counters.module.js';
import { throttlersOf } from './rate-limits.js';

/** Rate limits: those of single routes are shared by all replicas, the general one is each process's. */
@Module({
  imports: [
    RateLimitCountersModule,
    ThrottlerModule.forRootAsync({
      imports: [RateLimitCountersModule],
      inject: [ENV, PostgresThrottlerStorage],
      useFactory: (env: Env, storage: PostgresThrottlerStorage) => ({
        throttlers: throttlersOf(env),
        storage,
      }),
    }),
  ],
  exports: [RateLimitCountersModule],
})
export class RateLimitModule {}
