const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const UNITS: readonly [ms: number, name: string][] = [
  [365 * DAY_MS, 'y'],
  [30 * DAY_MS, 'mo'],
  [DAY_MS, 'd'],
  [HOUR_MS, 'h'],
  [MINUTE_MS, 'min'],
];

/** How far a time is away, in its largest whole unit: `2 h`; `now` below a minute. */
export function distanceOf(iso: string, now: number): string {
  const distance = Math.abs(now - Date.parse(iso));
  const unit = UNITS.find(([ms]) => distance >= ms);
  return unit ? `${Math.floor(distance / unit[0])} ${unit[1]}` : 'now';
}

/** The same with its direction: `2 h ago`, `in 2 h`. */
export function relativeTime(iso: string, now: number): string {
  const distance = distanceOf(iso, now);
  if (distance === 'now') return 'just now';
  return Date.parse(iso) > now ? `in ${distance}` : `${distance} ago`;
}

const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z$/;

/** The exact time, in the zone of the reader. Throws on what is no time. */
export function exactTime(iso: string): string {
  return EXACT.format(Date.parse(iso));
}

/** Whether a text is a time of the API. */
export function isInstant(text: string): boolean {
  return INSTANT.test(text) && !Number.isNaN(Date.parse(text));
}
