import { dismissNextAction } from '../../model/next-action.changes.js';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
} from '../delivery-action.js';

/** Dismisses the NBA: its rule does not suggest it again for 7 days. */
@DeliveryAction({
  key: 'dismiss',
  label: 'Dismiss',
  confirm: 'Dismiss this action? It is not suggested again for 7 days.',
  style: 'danger',
  worksOn: ['queued', 'dismissed'],
  closesAs: 'dismissed',
  undo: true,
})
export class DismissAction implements DeliveryActionHandler {
  run({ nextAction, now }: DeliveryContext): DeliveryOutcome {
    // An NBA that was closed before `closedByExecutionId` existed stays as it is.
    return { changes: nextAction.status === 'dismissed' ? {} : dismissNextAction(now) };
  }
}
