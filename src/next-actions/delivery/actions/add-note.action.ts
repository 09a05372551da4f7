import { IsText } from '../../../http/validation/text.js';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
} from '../delivery-action.js';

/** What an operator writes about the NBA. */
export class AddNoteInput {
  @IsText(1, 2000)
  note!: string;
}

/** Writes a note on the NBA, in place of the one before, which stays in the record of the press. */
@DeliveryAction({
  key: 'add_note',
  label: 'Add a note…',
  worksOn: ['queued', 'done', 'dismissed', 'expired'],
  input: AddNoteInput,
  undo: true,
})
export class AddNoteAction implements DeliveryActionHandler<AddNoteInput> {
  run({ input }: DeliveryContext<AddNoteInput>): DeliveryOutcome {
    return { changes: { note: input.note } };
  }
}
