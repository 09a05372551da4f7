import { Module } from '@nestjs/common';
import { ThrottlerModule } from '@nestjs/throttler';
import { ENV, type Env } from '../config/env.js';
import { LocalRateLimiter } from './local-rate-limiter.js';
import { PostgresThrottlerStorage } from './postgres-throttler-storage.js';
import { RateLimiter } from './rate-limiter.js';
import { rateLimits } from './rate-limits.js';

/** Rate limits: those of single routes are shared by all replicas, the general one is each process's. */
@Module({
  imports: [
    ThrottlerModule.forRootAsync({
      inject: [ENV],
      useFactory: (env: Env) =>
        rateLimits(env).map(({ name, limit, ttl }) => ({ name, limit, ttl })),
    }),
  ],
  providers: [PostgresThrottlerStorage, RateLimiter, LocalRateLimiter],
  exports: [ThrottlerModule, PostgresThrottlerStorage, RateLimiter, LocalRateLimiter],
})
export class RateLimitModule {}
