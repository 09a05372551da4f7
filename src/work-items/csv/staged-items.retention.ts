import { rowsByTime } from '../../database/retention/retention-rules.js';

const HOURS_PER_DAY = 24;
/** An import takes minutes: a request must have arrived after REQUEST_TIMEOUT_MS. */
const KEPT_HOURS = 3;

/** What an import left behind whose process died. The table is empty but for imports that run. */
export const STAGED_ITEMS_RETENTION = rowsByTime({
  table: 'staged_work_items',
  key: 'import_id, part',
  time: 'created_at',
  days: KEPT_HOURS / HOURS_PER_DAY,
  what: `parts of imports that broke off ${KEPT_HOURS} hours ago`,
  often: true,
});
