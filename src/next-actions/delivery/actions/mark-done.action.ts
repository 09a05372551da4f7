import { NextActionsService } from '../../model/next-actions.service.js';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
} from '../delivery-action.js';

/** Marks the NBA done. On one that is done it is a success that changes nothing. */
@DeliveryAction({
  key: 'mark_done',
  label: 'Mark done',
  style: 'primary',
  dedupeWindowMs: 'forever',
  worksOn: ['queued', 'done'],
})
export class MarkDoneAction implements DeliveryActionHandler {
  constructor(private readonly nextActions: NextActionsService) {}

  async run({ nextAction, tx }: DeliveryContext): Promise<DeliveryOutcome> {
    const completed = await this.nextActions.completeNextAction(tx, nextAction.id);
    return { meta: { status: 'done', changed: completed } };
  }
}
