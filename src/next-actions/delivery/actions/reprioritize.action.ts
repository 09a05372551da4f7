import { IsIn, IsOptional } from 'class-validator';
import { IsText } from '../../../http/validation/text.js';
import { PRIORITIES, type Priority } from '../../../kernel/priority.js';
import { rescored } from '../../rules/held-priority.js';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
} from '../delivery-action.js';

/** The priority to hold, and why. */
export class ReprioritizeInput {
  @IsIn(PRIORITIES)
  priority!: Priority;

  @IsOptional()
  @IsText(1, 2000)
  note?: string | null;
}

/** Sets the priority, and the score that follows from it; later runs keep it until the NBA closes. */
@DeliveryAction({
  key: 'reprioritize',
  label: 'Change priority…',
  input: ReprioritizeInput,
  undo: true,
})
export class ReprioritizeAction implements DeliveryActionHandler<ReprioritizeInput> {
  run({ nextAction, input }: DeliveryContext<ReprioritizeInput>): DeliveryOutcome {
    const { priority, note } = input;
    const ranked = rescored(nextAction, priority);
    return {
      changes: {
        priority,
        priorityHeld: true,
        ...ranked,
        ...(note == null ? {} : { note }),
        // What the operator changes is not what gets worse by itself.
        ...(nextAction.snoozeUntilWorse
          ? { snoozedPriority: priority, snoozedScore: ranked.score }
          : {}),
      },
    };
  }
}
