/**
 * Days are UTC days everywhere, so that "is it overdue?" has the same answer in every time zone and across
 * daylight-saving changes.
 */

/** A day, in ms: UTC days all have the same length. */
export const DAY_MS = 24 * 60 * 60 * 1000;

/** The first instant (UTC) of the day that holds `now`. */
export function startOfUtcDay(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
}

/** The UTC day of `now` as `yyyy-mm-dd`. */
export function utcDate(now: Date): string {
  return now.toISOString().slice(0, 10);
}
