import { NextActionsService } from '../../model/next-actions.service.js';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
} from '../delivery-action.js';

/** 24 hours, in ms: a day later to the minute, whatever the clocks do in between. */
const ONE_DAY_MS = 24 * 60 * 60 * 1000;

/** Hides the NBA from the queue for 24 hours from the press. */
@DeliveryAction({
  key: 'snooze_1d',
  label: 'Snooze 1 day',
  confirm: 'Hide this action for 1 day?',
  style: 'secondary',
})
export class Snooze1dAction implements DeliveryActionHandler {
  constructor(private readonly nextActions: NextActionsService) {}

  async run({ nextAction, now, tx }: DeliveryContext): Promise<DeliveryOutcome> {
    const snoozedUntil = new Date(now.getTime() + ONE_DAY_MS);
    await this.nextActions.snoozeNextAction(tx, nextAction.id, snoozedUntil);
    return { meta: { snoozedUntil } };
  }
}
