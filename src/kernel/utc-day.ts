/**
 * Days are UTC days everywhere, so that one desk read from two time zones, or through a change to
 * summer time, never shows two answers to "is it overdue?".
 */

/** The first instant (UTC) of the day that holds `now`. */
export function startOfUtcDay(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
}

/** The UTC day of `now` as `yyyy-mm-dd`. */
export function utcDate(now: Date): string {
  return now.toISOString().slice(0, 10);
}
