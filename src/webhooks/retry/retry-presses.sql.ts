import { type Statement } from '../../database/connections/statement.js';
import { RETRY_ACTION } from '../model/retry-action.js';

/** The presses of the retry on the NBA $1 that were answered with the job $2, and stand. */
const PRESSES = `
    SELECT 1 AS found FROM next_action_executions
    WHERE next_action_id = $1 AND action_key = '${RETRY_ACTION}' AND status = 'success'
      AND undone_at IS NULL AND undoes_id IS NULL AND meta->>'jobId' = $2`;

/** Whether another press than $3 waits for the job. */
export const FIND_OTHER_PRESS: Statement = {
  name: 'find_other_press_of_job',
  text: `${PRESSES} AND id <> $3 LIMIT 1`,
};

/** Whether a press found failed deliveries: it was no placeholder. */
export const FIND_PROMISE: Statement = {
  name: 'find_promise_of_retry',
  text: `${PRESSES} AND meta->>'stubbed' IS NULL LIMIT 1`,
};
