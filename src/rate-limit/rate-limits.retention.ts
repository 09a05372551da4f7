import { rowsByTime } from '../database/retention/retention-rules.js';

const MINUTES_PER_DAY = 24 * 60;
const KEPT_MINUTES = 10;

/** Counters of rate limits whose window has ended. */
export const RATE_LIMIT_RETENTION = rowsByTime({
  table: 'rate_limits',
  key: 'key',
  time: 'expires_at',
  days: KEPT_MINUTES / MINUTES_PER_DAY,
  what: `counters that ended ${KEPT_MINUTES} minutes ago`,
  often: true,
});
