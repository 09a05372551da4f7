const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A span of time in ms as people read it: `340 ms`, `2.4 s`, `3 min`, `1.5 h`, `2 d`. */
export function durationText(ms: number): string {
  if (ms < SECOND_MS) return `${Math.round(ms)} ms`;
  if (ms < MINUTE_MS) return `${short(ms / SECOND_MS)} s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  return ms < DAY_MS ? `${short(ms / HOUR_MS)} h` : `${short(ms / DAY_MS)} d`;
}

/** With one digit after the point, unless that is zero; never rounded up to the next unit. */
function short(value: number): string {
  return String(Math.floor(value * 10) / 10);
}
