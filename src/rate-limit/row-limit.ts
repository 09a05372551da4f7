import { Inject, Injectable, Logger } from '@nestjs/common';
import { type Response } from 'express';
import { ENV, type Env } from '../config/env.js';
import { TooManyRequestsError } from '../kernel/errors/domain-error.js';
import { RATE_LIMIT_REFUSALS } from '../kernel/observation/operations.js';
import { PostgresThrottlerStorage } from './postgres-throttler-storage.js';
import { rateLimitStateOf, setRateLimitHeaders } from './rate-limit-headers.js';
import { WINDOW_MS } from './rate-limits.js';
import { type ThrottlerRecord } from './throttler-record.js';

/** The limit of bulk requests, which counts their rows: one count per client, shared by all servers. */
@Injectable()
export class RowLimit {
  private readonly logger = new Logger(RowLimit.name);

  constructor(
    private readonly counters: PostgresThrottlerStorage,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /**
   * Counts the rows of a request and sets the RateLimit headers. Throws a 429 if they do not all fit, and
   * then counts none. Like a press, a request passes while the counters are unavailable.
   */
  async count(clientId: string | null, rows: number, response: Response): Promise<void> {
    const limit = this.env.bulkLimitPerMinute;
    const key = `bulk:user:${clientId}`;
    const usage = await this.add(key, rows, limit);
    if (!usage) return;
    const { totalHits, timeToExpire: reset } = usage;
    if (totalHits <= limit) {
      setRateLimitHeaders(response, rateLimitStateOf(limit, usage));
      return;
    }
    await this.counters.takeBack(key, rows);
    const remaining = Math.max(0, limit - (totalHits - rows));
    setRateLimitHeaders(response, { limit, remaining, reset, exceeded: true });
    RATE_LIMIT_REFUSALS.happened({ limit: 'bulk' });
    throw new TooManyRequestsError(
      `At most ${limit} rows a minute are allowed in bulk requests, and ${remaining} are left of them. Try again in ${reset} s.`,
      reset,
    );
  }

  private async add(
    key: string,
    rows: number,
    limit: number,
  ): Promise<ThrottlerRecord | undefined> {
    try {
      return await this.counters.add(rows, key, WINDOW_MS, limit);
    } catch (error) {
      const msg = 'rate limit not counted: its store is away';
      this.logger.warn({ msg, err: error, limit: 'bulk' });
      return undefined;
    }
  }
}
