import { isUniqueViolation } from '../../kernel/errors/database-failure.js';
import { ConflictError, NotFoundError } from '../../kernel/errors/domain-error.js';
import { DEDUPE_INDEX, type NextActionStatus } from './next-best-action.entity.js';

/** 404: no such NBA. */
export function nextActionNotFound(): NotFoundError {
  return new NotFoundError('NEXT_ACTION_NOT_FOUND', 'There is no next best action with this id.');
}

/** 409: another NBA of the scope is queued under its dedupe key. */
export function duplicateQueued(): ConflictError {
  return new ConflictError(
    'DUPLICATE_QUEUED',
    'A next best action with the same dedupe key is queued already: act on that one.',
  );
}

/** Whether the unique index of dedupe keys refused a second NBA in the queue. */
export function isDuplicateQueued(error: unknown): boolean {
  return isUniqueViolation(error, DEDUPE_INDEX);
}

/** 409: the NBA is in a state in which the action does not work. */
export function nextActionNotOpen(
  status: NextActionStatus,
  worksOn: readonly NextActionStatus[],
): ConflictError {
  return new ConflictError(
    'NEXT_ACTION_NOT_OPEN',
    `The next best action is ${status}. This action works on one that is ${worksOn.join(' or ')}.`,
  );
}
