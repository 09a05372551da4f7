import { Injectable } from '@nestjs/common';
import { type ThrottlerStorage } from '@nestjs/throttler';
import { WINDOW_MS } from './rate-limits.js';
import { RequestCounter } from './request-counter.js';
import { type ThrottlerRecord, throttlerRecordOf } from './throttler-record.js';

/** Most keys that are counted at the same time. */
const MAX_KEYS = 20_000;

/**
 * The counters of the general limit, in the memory of this process, so that a list needs no extra
 * statement. With several servers, a client may send several times as many requests; the limit only has to
 * stop a client that is out of control. The library's own storage keeps a timer per hit and an unlimited
 * number of keys.
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
