import { Inject, Injectable } from '@nestjs/common';
import { type Response } from 'express';
import { type Logger } from 'pino';
import { LOGGER } from '../logging/logger.js';
import { ENV, type Env } from '../config/env.js';
import { PostgresThrottlerStorage } from './postgres-throttler-storage.js';
import { limitExceeded, showStanding } from './rate-limit-headers.js';
import { type RateLimit, type RateLimitName, rateLimits } from './rate-limits.js';

/** Counts a request of a client, for all replicas, and shows the client where it stands. */
@Injectable()
export class RateLimiter {
  private readonly limits: ReadonlyMap<RateLimitName, RateLimit>;

  constructor(
    @Inject(ENV) env: Env,
    private readonly storage: PostgresThrottlerStorage,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.limits = new Map(rateLimits(env).map((limit) => [limit.name, limit]));
  }

  /**
   * Counts one request under `key` and sets the RateLimit headers, of several counts those of the
   * scarcest; throws TooManyRequestsError past the limit. While the counters are away, it lets pass
   * or throws, as the limit says.
   */
  async consume(name: RateLimitName, key: string, response: Response): Promise<void> {
    const limit = this.limits.get(name);
    if (!limit) throw new Error(`There is no rate limit named ${name}.`);
    let usage;
    try {
      usage = await this.storage.increment(`${name}:${key}`, limit.ttl, limit.limit);
    } catch (error) {
      if (!limit.failOpen) throw error;
      this.logger.warn({ err: error, limit: name }, 'rate limit not counted: its store is away');
      return;
    }
    showStanding(response, {
      limit: limit.limit,
      remaining: Math.max(0, limit.limit - usage.totalHits),
      reset: usage.timeToExpire,
    });
    if (usage.isBlocked) throw limitExceeded(limit.limit, usage.timeToBlockExpire);
  }
}
