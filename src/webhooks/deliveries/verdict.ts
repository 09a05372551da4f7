import { DAY_MS } from '../../kernel/utc-day.js';
import { type TryResult } from '../sending/try-result.js';

/** A pause is so much shorter or longer than the schedule says, at most: what failed at once spreads. */
const JITTER = 0.2;
/** Longest pause that a receiver may ask for, in ms. */
const LONGEST_RETRY_AFTER_MS = DAY_MS;

/** What follows from a try. */
export type Verdict =
  | { readonly state: 'delivered' }
  | { readonly state: 'pending'; readonly afterMs: number }
  /** `gone`: the receiver answered that it wants nothing any more. */
  | { readonly state: 'failed'; readonly gone: boolean };

/**
 * What follows from the result of the `round`-th try (from 1) since the delivery was made or sent again.
 * Delivered is a 2xx alone. A receiver may ask for a later try by Retry-After, up to a day, and never for an
 * earlier one. `random` is from [0, 1).
 */
export function verdictOf(
  { status, retryAfterMs }: Pick<TryResult, 'status' | 'retryAfterMs'>,
  round: number,
  scheduleMs: readonly number[],
  random: number,
): Verdict {
  if (status !== null && status >= 200 && status < 300) return { state: 'delivered' };
  if (status === 410) return { state: 'failed', gone: true };
  const pauseMs = scheduleMs[round - 1];
  if (pauseMs === undefined) return { state: 'failed', gone: false };
  const jittered = Math.round(pauseMs * (1 - JITTER + 2 * JITTER * random));
  const asked = Math.min(retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
  return { state: 'pending', afterMs: Math.max(jittered, asked) };
}
