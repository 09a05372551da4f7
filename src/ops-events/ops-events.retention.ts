import { type PartitionedTable } from '../database/retention/retention-rules.js';

/** Stored events, by month. */
export const OPS_EVENT_RETENTION: PartitionedTable = {
  table: 'ops_events',
  setting: 'RETAIN_EVENTS_DAYS',
  days: ({ events }) => events,
};
