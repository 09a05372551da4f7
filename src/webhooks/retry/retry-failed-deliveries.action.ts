import { causedBy } from '../../kernel/actor.js';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
  notUndoable,
  type UndoContext,
  type UndoOutcome,
} from '../../next-actions/delivery/delivery-action.js';
import { RETRY_ACTION } from '../model/retry-action.js';
import { DeliveryRequeue } from './delivery-requeue.js';
import { FIND_OTHER_PRESS } from './retry-presses.sql.js';

/**
 * Enqueues the job that sends the failed webhook deliveries of the NBA's scope again, one at a time per NBA.
 * While the scope has none, it is a placeholder, and says so: the deliveries of other systems are theirs.
 */
@DeliveryAction({
  key: RETRY_ACTION,
  label: 'Retry failed deliveries',
  confirm: 'Try the failed deliveries again?',
  style: 'primary',
  appliesTo: {
    rules: ['failed_notification_deliveries'],
    sourceTypes: ['notification_delivery'],
  },
})
export class RetryFailedDeliveriesAction implements DeliveryActionHandler {
  constructor(private readonly requeue: DeliveryRequeue) {}

  async run({ nextAction, actor, executionId, tx }: DeliveryContext): Promise<DeliveryOutcome> {
    const jobId = await tx.enqueue({
      type: 'retry_failed_deliveries',
      payload: { nextActionId: nextAction.id },
      dedupeKey: nextAction.id,
    });
    if (await this.requeue.anyFailed(tx, nextAction)) return { meta: { jobId } };
    tx.publish('nba.delivery.stubbed', {
      ...causedBy(actor),
      sourceType: 'next_action',
      sourceId: nextAction.id,
      status: 'stubbed',
      meta: { executionId, actionKey: RETRY_ACTION, jobId, stubbed: true },
    });
    return { meta: { jobId, stubbed: true } };
  }

  /** Cancels the job, unless another press that stands waits for it, too. */
  async undo({ nextAction, undone, tx }: UndoContext): Promise<UndoOutcome> {
    const jobId = String(undone.meta.jobId);
    const others = await tx.query(FIND_OTHER_PRESS, [nextAction.id, jobId, undone.executionId]);
    if (others.length > 0) return { meta: { jobId, cancelled: false } };
    if (!(await tx.cancelUnstarted(jobId))) {
      throw notUndoable('Its job ran already: what was sent can not be taken back.');
    }
    return { meta: { jobId, cancelled: true } };
  }
}
