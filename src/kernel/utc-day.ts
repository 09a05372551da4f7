/**
 * Days are UTC days everywhere, so that "is it overdue?" has the same answer in every time zone and across
 * daylight-saving changes.
 */

/** The first instant (UTC) of the day that holds `now`. */
export function startOfUtcDay(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
}

/** The UTC day of `now` as `yyyy-mm-dd`. */
export function utcDate(now: Date): string {
  return now.toISOString().slice(0, 10);
}
