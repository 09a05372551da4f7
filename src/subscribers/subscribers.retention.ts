import { rowsByTime } from '../database/retention/retention-rules.js';

/** Longer than their jobs, which an operator may retry until they are deleted. */
const KEPT_DAYS = 31;

/** Events that a subscriber has given up. */
export const SUBSCRIBER_EVENT_RETENTION = rowsByTime({
  table: 'subscriber_events',
  key: 'subscriber, event_id',
  time: 'given_up_at',
  days: KEPT_DAYS,
  what: `events that a subscriber gave up ${KEPT_DAYS} days ago`,
});
