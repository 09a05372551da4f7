import { rowsByTime } from '../database/retention/retention-rules.js';

/** Deliveries that ended, each with its tries. */
export const WEBHOOK_DELIVERY_RETENTION = rowsByTime({
  table: 'webhook_deliveries',
  key: 'id',
  time: 'updated_at',
  where: "state <> 'pending'",
  days: ({ deliveries }) => deliveries,
  what: 'deliveries that ended',
});
