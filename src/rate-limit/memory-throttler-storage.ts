import { Injectable } from '@nestjs/common';
import { type ThrottlerStorage } from '@nestjs/throttler';
import { WINDOW_MS } from './rate-limits.js';
import { RequestCounter } from './request-counter.js';
import { type ThrottlerRecord, throttlerRecordOf } from './throttler-record.js';

/** Keys that are remembered at once. */
const MAX_KEYS = 20_000;

/**
 * The counters of the general limit, in the memory of this process, since a list must not cost a
 * statement more: behind several servers, a client may come several times as often. The limit is there
 * to stop a client that runs wild, so approximate is enough. The storage of the library's own keeps a
 * timer for each hit and any number of keys.
 */
@Injectable()
export class MemoryThrottlerStorage implements ThrottlerStorage {
  private readonly counter = new RequestCounter(WINDOW_MS, MAX_KEYS);

  /** Counts one hit; every window is WINDOW_MS long. */
  increment(key: string, _ttl: number, limit: number): Promise<ThrottlerRecord> {
    const now = Date.now();
    const { hits, endsAt } = this.counter.count(key, now);
    return Promise.resolve(throttlerRecordOf(limit, hits, endsAt - now));
  }
}
