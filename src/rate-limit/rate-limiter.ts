import { Inject, Injectable } from '@nestjs/common';
import { type Response } from 'express';
import { type Logger } from 'pino';
import { TooManyRequestsError } from '../common/errors/domain-error.js';
import { LOGGER } from '../common/logging/logger.js';
import { ENV, type Env } from '../config/env.js';
import { PostgresThrottlerStorage } from './postgres-throttler-storage.js';
import { type RateLimit, type RateLimitName, rateLimits } from './rate-limits.js';

/** Counts a request of a client and tells the client where it stands. */
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
    if (usage.isBlocked) {
      throw new TooManyRequestsError(
        `At most ${limit.limit} of these requests a minute are allowed. Try again in ${usage.timeToBlockExpire} s.`,
        usage.timeToBlockExpire,
      );
    }
  }
}

/** Shows a count in the headers, unless a count that was shown before leaves less. */
function showStanding(
  response: Response,
  { limit, remaining, reset }: { limit: number; remaining: number; reset: number },
): void {
  const shown = response.getHeader('RateLimit-Remaining');
  if (shown !== undefined) {
    const less = remaining - Number(shown);
    const longer = reset > Number(response.getHeader('RateLimit-Reset'));
    if (less > 0 || (less === 0 && !longer)) return;
  }
  response.setHeader('RateLimit-Limit', limit);
  response.setHeader('RateLimit-Remaining', remaining);
  response.setHeader('RateLimit-Reset', reset);
}
