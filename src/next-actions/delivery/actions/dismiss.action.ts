import { NextActionsService } from '../../model/next-actions.service.js';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
} from '../delivery-action.js';

/** Dismisses the NBA. On one that is dismissed it is a success that changes nothing. */
@DeliveryAction({
  key: 'dismiss',
  label: 'Dismiss',
  confirm: 'Dismiss this action? It is not suggested again for 7 days.',
  style: 'danger',
  dedupeWindowMs: 'forever',
  worksOn: ['queued', 'dismissed'],
})
export class DismissAction implements DeliveryActionHandler {
  constructor(private readonly nextActions: NextActionsService) {}

  async run({ nextAction, tx }: DeliveryContext): Promise<DeliveryOutcome> {
    const dismissed = await this.nextActions.dismissNextAction(tx, nextAction.id);
    return { meta: { status: 'dismissed', changed: dismissed } };
  }
}
