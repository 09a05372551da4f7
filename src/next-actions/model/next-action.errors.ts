import { ConflictError, NotFoundError } from '../../kernel/errors/domain-error.js';

/** 404: no such NBA. */
export function nextActionNotFound(): NotFoundError {
  return new NotFoundError('NEXT_ACTION_NOT_FOUND', 'There is no next best action with this id.');
}

/** 409: the NBA is done, dismissed or expired, and the action needs another state. */
export function nextActionNotOpen(status: string): ConflictError {
  return new ConflictError(
    'NEXT_ACTION_NOT_OPEN',
    `The next best action is ${status}, so this action can no longer run on it.`,
  );
}
