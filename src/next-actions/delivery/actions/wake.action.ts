import { ConflictError } from '../../../kernel/errors/domain-error.js';
import { ERROR_CODES } from '../../../kernel/errors/error-codes.js';
import { isSnoozed, wakeNextAction } from '../../model/next-action.changes.js';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
} from '../delivery-action.js';

/** Ends the snooze of the NBA. */
@DeliveryAction({
  key: 'wake',
  label: 'Show now',
  appliesTo: isSnoozed,
  refusals: { NEXT_ACTION_NOT_SNOOZED: ERROR_CODES.NEXT_ACTION_NOT_SNOOZED },
  undo: true,
})
export class WakeAction implements DeliveryActionHandler {
  run({ nextAction, now }: DeliveryContext): DeliveryOutcome {
    if (!isSnoozed(nextAction, now)) {
      throw new ConflictError('NEXT_ACTION_NOT_SNOOZED', 'The next best action is not snoozed.');
    }
    return { changes: wakeNextAction() };
  }
}
