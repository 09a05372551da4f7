import { Module } from '@nestjs/common';
import { MemoryThrottlerStorage } from './memory-throttler-storage.js';
import { PostgresThrottlerStorage } from './postgres-throttler-storage.js';
import { RowLimit } from './row-limit.js';

/** Provides the counters. */
@Module({
  providers: [PostgresThrottlerStorage, MemoryThrottlerStorage, RowLimit],
  exports: [PostgresThrottlerStorage, MemoryThrottlerStorage, RowLimit],
})
export class RateLimitCountersModule {}
