import { causedBy } from '../../../kernel/actor.js';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
} from '../delivery-action.js';

const KEY = 'retry_failed_deliveries';

/** A placeholder so far: enqueues the job that will send failed deliveries again, one at a time per NBA. */
@DeliveryAction({
  key: KEY,
  label: 'Retry failed deliveries',
  confirm: 'Try the failed deliveries again?',
  style: 'primary',
  appliesTo: {
    rules: ['failed_notification_deliveries'],
    sourceTypes: ['notification_delivery'],
  },
})
export class RetryFailedDeliveriesAction implements DeliveryActionHandler {
  async run({ nextAction, actor, executionId, tx }: DeliveryContext): Promise<DeliveryOutcome> {
    const jobId = await tx.enqueue({
      type: 'retry_failed_deliveries',
      payload: { nextActionId: nextAction.id },
      dedupeKey: nextAction.id,
    });
    tx.publish('nba.delivery.stubbed', {
      ...causedBy(actor),
      sourceType: 'next_action',
      sourceId: nextAction.id,
      status: 'stubbed',
      meta: { executionId, actionKey: KEY, jobId, stubbed: true },
    });
    return { meta: { jobId, stubbed: true } };
  }
}
