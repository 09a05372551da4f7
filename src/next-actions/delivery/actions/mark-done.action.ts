import { completeNextAction } from '../../model/next-action.changes.js';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
} from '../delivery-action.js';

/** Marks the NBA done. */
@DeliveryAction({
  key: 'mark_done',
  label: 'Mark done',
  style: 'primary',
  worksOn: ['queued', 'done'],
  closesAs: 'done',
  undo: true,
})
export class MarkDoneAction implements DeliveryActionHandler {
  run({ nextAction, now }: DeliveryContext): DeliveryOutcome {
    // An NBA that was closed before `closedByExecutionId` existed stays as it is.
    return { changes: nextAction.status === 'done' ? {} : completeNextAction(now) };
  }
}
