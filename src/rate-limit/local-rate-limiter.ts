import { Inject, Injectable } from '@nestjs/common';
import { type Response } from 'express';
import { ENV, type Env } from '../config/env.js';
import { limitExceeded, showStanding } from './rate-limit-headers.js';
import { WINDOW_MS } from './rate-limits.js';
import { RequestCounter } from './request-counter.js';

/** Clients that are remembered at once, for reads and for writes. */
const MAX_CLIENTS = 10_000;

/**
 * The limit of every route that has none of its own. It is counted in the memory of each process,
 * since a list must not cost a statement more: behind several servers, a client may come several times
 * as often. It is there to stop a client that runs wild, so approximate is enough.
 */
@Injectable()
export class LocalRateLimiter {
  private readonly reads = new RequestCounter(WINDOW_MS, MAX_CLIENTS);
  private readonly writes = new RequestCounter(WINDOW_MS, MAX_CLIENTS);

  constructor(@Inject(ENV) private readonly env: Env) {}

  /** The limit for a method, in requests a minute; 0 for none. */
  limitFor(method: string): number {
    return isRead(method) ? this.env.readLimitPerMinute : this.env.writeLimitPerMinute;
  }

  /** Counts one request of a client; past the limit it sets the RateLimit headers and throws a 429. */
  consume(method: string, client: string, response: Response): void {
    const limit = this.limitFor(method);
    const now = Date.now();
    const { hits, endsAt } = (isRead(method) ? this.reads : this.writes).count(client, now);
    if (hits <= limit) return;
    const reset = Math.max(1, Math.ceil((endsAt - now) / 1000));
    showStanding(response, { limit, remaining: 0, reset });
    throw limitExceeded(limit, reset);
  }
}

function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}
