import { DAY_MS } from '../../kernel/utc-day.js';

/**
 * How long a receiver asks to wait, in ms and at most a day: `Retry-After` in seconds or as a date. Null for
 * none, and for one that is neither. Source: RFC 9110, 10.2.3.
 */
export function retryAfterMs(header: string | undefined, now: Date): number | null {
  const text = header?.trim() ?? '';
  const ms = /^\d{1,15}$/.test(text) ? Number(text) * 1000 : dateOf(text) - now.getTime();
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), DAY_MS);
}

/** Dates of HTTP begin with the name of the day; `Date.parse` also takes others. */
function dateOf(text: string): number {
  return /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*[, ]/.test(text) ? Date.parse(text) : NaN;
}
