import { DAY_MS } from '../../../kernel/utc-day.js';
import { snoozeNextAction } from '../../model/next-action.changes.js';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
} from '../delivery-action.js';

/** 24 hours, in ms, also across a daylight-saving change. */
/** Hides the NBA from the queue for 24 hours from the press. */
@DeliveryAction({
  key: 'snooze_1d',
  label: 'Snooze 1 day',
  confirm: 'Hide this action for 1 day?',
  undo: true,
})
export class Snooze1dAction implements DeliveryActionHandler {
  run({ now }: DeliveryContext): DeliveryOutcome {
    return { changes: snoozeNextAction(new Date(now.getTime() + DAY_MS)) };
  }
}
