import { type RetentionPlan } from './database/retention/retention.js';
import { JOB_RETENTION } from './jobs/jobs.retention.js';
import {
  CLOSED_NEXT_ACTION_RETENTION,
  EXECUTION_RETENTION,
  IDEMPOTENCY_KEY_RETENTION,
  NEXT_ACTION_RUN_RETENTION,
  SUPPRESSION_RETENTION,
} from './next-actions/next-actions.retention.js';
import { OPS_EVENT_RETENTION } from './ops-events/ops-events.retention.js';
import { RATE_LIMIT_RETENTION } from './rate-limit/rate-limits.retention.js';
import { SCORE_EVENT_RETENTION, SCORE_SNAPSHOT_RETENTION } from './scoring/scores.retention.js';
import { SUBSCRIBER_EVENT_RETENTION } from './subscribers/subscribers.retention.js';
import { STAGED_ITEMS_RETENTION } from './work-items/csv/staged-items.retention.js';
import { SESSION_RETENTION } from './users/users.retention.js';
import { WEBHOOK_DELIVERY_RETENTION } from './webhooks/webhooks.retention.js';
import { CLOSED_WORK_ITEM_RETENTION } from './work-items/work-items.retention.js';

/** All that retention looks at, in this order. A module adds its rule here. */
export const retentionPlan: RetentionPlan = {
  partitioned: [EXECUTION_RETENTION, OPS_EVENT_RETENTION],
  rules: [
    IDEMPOTENCY_KEY_RETENTION,
    RATE_LIMIT_RETENTION,
    SESSION_RETENTION,
    JOB_RETENTION,
    SUBSCRIBER_EVENT_RETENTION,
    STAGED_ITEMS_RETENTION,
    WEBHOOK_DELIVERY_RETENTION,
    SCORE_EVENT_RETENTION,
    SCORE_SNAPSHOT_RETENTION,
    NEXT_ACTION_RUN_RETENTION,
    SUPPRESSION_RETENTION,
    CLOSED_NEXT_ACTION_RETENTION,
    CLOSED_WORK_ITEM_RETENTION,
  ],
};
