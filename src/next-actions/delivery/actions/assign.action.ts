import { IsUUID, ValidateIf } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { ConflictError } from '../../../kernel/errors/domain-error.js';
import { ERROR_CODES } from '../../../kernel/errors/error-codes.js';
import { scopeKey } from '../../../kernel/scope.js';
import { AssigneesService } from '../../../users/model/assignees.service.js';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
} from '../delivery-action.js';

/** Who is to act on the NBA. */
@JSONSchema({ required: ['assigneeId'], example: { assigneeId: null } })
export class AssignInput {
  /** A user's id; null for nobody. */
  @JSONSchema({ type: ['string', 'null'] as never, format: 'uuid' })
  @ValidateIf(({ assigneeId }: AssignInput) => assigneeId !== null)
  @IsUUID()
  assigneeId!: string | null;
}

/** Assigns the NBA to a user who may press in its scope, or to nobody. */
@DeliveryAction({
  key: 'assign',
  label: 'Assign…',
  input: AssignInput,
  refusals: { ASSIGNEE_NOT_ALLOWED: ERROR_CODES.ASSIGNEE_NOT_ALLOWED },
  undo: true,
})
export class AssignAction implements DeliveryActionHandler<AssignInput> {
  constructor(private readonly assignees: AssigneesService) {}

  async run({ nextAction, input, tx }: DeliveryContext<AssignInput>): Promise<DeliveryOutcome> {
    const assigneeId = input.assigneeId?.toLowerCase() ?? null;
    if (assigneeId === null) return { changes: { assigneeId } };
    const found = await this.assignees.check(tx, assigneeId, nextAction, 'next-actions.press');
    switch (found) {
      case 'assignable':
        return { changes: { assigneeId } };
      case 'disabled':
        throw notAllowed('This user is disabled.');
      case 'not_permitted':
        throw notAllowed('This user may see the next best action, and not press its buttons.');
      case 'unknown':
        throw notAllowed(`There is no user with this id who may see ${scopeKey(nextAction)}.`);
    }
  }
}

function notAllowed(why: string): ConflictError {
  return new ConflictError('ASSIGNEE_NOT_ALLOWED', why);
}
