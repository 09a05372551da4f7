import { type Response } from 'express';
import { TooManyRequestsError } from '../kernel/errors/domain-error.js';

/** Where a client stands: requests a minute, those that are left, and seconds until the window ends. */
export interface Standing {
  readonly limit: number;
  readonly remaining: number;
  readonly reset: number;
}

/** Shows a count in the RateLimit headers, unless a count that was shown before leaves less. */
export function showStanding(response: Response, { limit, remaining, reset }: Standing): void {
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

/** The 429 of a limit of so many requests a minute; `reset` is in seconds. */
export function limitExceeded(limit: number, reset: number): TooManyRequestsError {
  return new TooManyRequestsError(
    `At most ${limit} of these requests a minute are allowed. Try again in ${reset} s.`,
    reset,
  );
}
