import { Global, Module } from '@nestjs/common';
import { ThrottlerModule } from '@nestjs/throttler';
import { ENV, type Env } from '../config/env.js';
import { PostgresThrottlerStorage } from './postgres-throttler-storage.js';
import { RateLimiter } from './rate-limiter.js';
import { rateLimits } from './rate-limits.js';

/** Rate limits whose counters are shared by all replicas. */
@Global()
@Module({
  imports: [
    ThrottlerModule.forRootAsync({
      inject: [ENV],
      useFactory: (env: Env) =>
        rateLimits(env).map(({ name, limit, ttl }) => ({ name, limit, ttl })),
    }),
  ],
  providers: [PostgresThrottlerStorage, RateLimiter],
  exports: [ThrottlerModule, RateLimiter],
})
export class RateLimitModule {}
