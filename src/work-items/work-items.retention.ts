import { rowsById } from '../database/retention/retention-rules.js';

const CLOSED_DAYS = 400;

/** Closed work items that no push has changed since; the scores of a lead go with it. */
export const CLOSED_WORK_ITEM_RETENTION = rowsById({
  table: 'work_items',
  days: () => CLOSED_DAYS,
  what: 'closed items',
  old: 'NOT item.is_open AND item.updated_at < $1',
});
