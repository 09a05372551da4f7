import { rowsByTime } from '../database/retention/retention-rules.js';

const KEPT_DAYS = 1;

/** Sessions that have ended by themselves: nobody signs in with one. */
export const SESSION_RETENTION = rowsByTime({
  table: 'sessions',
  key: 'id',
  time: 'expires_at',
  days: KEPT_DAYS,
  what: 'sessions that ended a day ago',
});
