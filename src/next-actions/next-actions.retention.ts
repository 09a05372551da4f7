import {
  type PartitionedTable,
  type RetentionRule,
  rowsById,
  rowsByTime,
} from '../database/retention/retention-rules.js';
import { KEY_LIFETIME_DAYS } from './delivery/idempotency-keys.js';

/** Executions, by month. */
export const EXECUTION_RETENTION: PartitionedTable = {
  table: 'next_action_executions',
  setting: 'RETAIN_EXECUTIONS_DAYS',
  days: ({ executions }) => executions,
};

/** Idempotency keys: an expired one answers no press. */
export const IDEMPOTENCY_KEY_RETENTION = rowsByTime({
  table: 'idempotency_keys',
  key: 'actor_id, key',
  time: 'created_at',
  days: KEY_LIFETIME_DAYS,
  what: `keys after ${KEY_LIFETIME_DAYS} days`,
  often: true,
});

/** Runs of the rules, as long as their events; the newest of a scope is shown in its summary. */
export const NEXT_ACTION_RUN_RETENTION = rowsById({
  table: 'next_action_runs',
  days: ({ events }) => events,
  what: 'runs that are not the newest of their scope',
  old: 'item.ran_at < $1',
  unless: `NOT EXISTS (
    SELECT FROM next_action_runs AS newer
    WHERE newer.entity_type = item.entity_type AND newer.entity_id = item.entity_id
      AND (newer.ran_at, newer.id) > (item.ran_at, item.id))`,
});

const SUPPRESSION_DAYS = 1;

/** Suppressions that have ended. */
export const SUPPRESSION_RETENTION = rowsByTime({
  table: 'next_action_suppressions',
  key: 'id',
  time: 'suppressed_until',
  days: SUPPRESSION_DAYS,
  what: 'suppressions that ended a day ago',
});

const CLOSED_DAYS = 400;
const CLOSED = {
  table: 'next_best_actions',
  days: () => CLOSED_DAYS,
  what: 'closed actions without an execution',
  unless: `EXISTS (
    SELECT FROM next_action_executions AS execution WHERE execution.next_action_id = item.id)`,
};
const OLD = `item.status <> 'queued' AND item.updated_at < $1`;
/** One that a press closed has an execution as long as no execution is dropped: an index leaves it out. */
const closedByNoPress = rowsById({
  ...CLOSED,
  old: `${OLD} AND item.closed_by_execution_id IS NULL`,
});
const closedInAnyWay = rowsById({ ...CLOSED, old: OLD });

/** Closed NBAs that nobody touched since, and that have no execution, or none any more. */
export const CLOSED_NEXT_ACTION_RETENTION: RetentionRule = {
  ...closedInAnyWay,
  count: (moment) => ruleFor(moment.settings).count(moment),
  deleteBatch: (moment, ...batch) => ruleFor(moment.settings).deleteBatch(moment, ...batch),
};

function ruleFor({ executions }: { readonly executions: number }): RetentionRule {
  return executions === 0 ? closedByNoPress : closedInAnyWay;
}
