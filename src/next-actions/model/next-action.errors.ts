import { ConflictError, NotFoundError } from '../../kernel/errors/domain-error.js';
import { type NextActionStatus } from './next-best-action.entity.js';

/** 404: no such NBA. */
export function nextActionNotFound(): NotFoundError {
  return new NotFoundError('NEXT_ACTION_NOT_FOUND', 'There is no next best action with this id.');
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
