import { Module } from '@nestjs/common';
import { MemoryThrottlerStorage } from './memory-throttler-storage.js';
import { PostgresThrottlerStorage } from './postgres-throttler-storage.js';

/** Provides the counters. */
@Module({
  providers: [PostgresThrottlerStorage, MemoryThrottlerStorage],
  exports: [PostgresThrottlerStorage, MemoryThrottlerStorage],
})
export class RateLimitCountersModule {}
