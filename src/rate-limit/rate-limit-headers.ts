import { type Response } from 'express';
import { TooManyRequestsError } from '../kernel/errors/domain-error.js';
import { RATE_LIMIT_REFUSALS } from '../kernel/observation/operations.js';
import { type ThrottlerRecord } from './throttler-record.js';

/** The state of a client's rate limit in the current window. */
export interface RateLimitState {
  /** Requests a window. */
  readonly limit: number;
  /** Requests that are left. */
  readonly remaining: number;
  /** Seconds until the window ends. */
  readonly reset: number;
  /** Whether this request is past the limit. */
  readonly exceeded: boolean;
}

/** The state after a storage counted a request. */
export function rateLimitStateOf(
  limit: number,
  { totalHits, timeToExpire, isBlocked }: ThrottlerRecord,
): RateLimitState {
  return {
    limit,
    remaining: Math.max(0, limit - totalHits),
    reset: timeToExpire,
    exceeded: isBlocked,
  };
}

/** Sets the RateLimit headers, and throws a 429 if the limit of this name is exceeded. */
export function enforceRateLimit(response: Response, state: RateLimitState, name: string): void {
  setRateLimitHeaders(response, state);
  if (!state.exceeded) return;
  RATE_LIMIT_REFUSALS.happened({ limit: name });
  const { limit, reset } = state;
  throw new TooManyRequestsError(
    `At most ${limit} of these requests a minute are allowed. Try again in ${reset} s.`,
    reset,
  );
}

/** If a request counts under several limits, the headers show the one with the fewest requests left. */
export function setRateLimitHeaders(
  response: Response,
  { limit, remaining, reset }: RateLimitState,
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
