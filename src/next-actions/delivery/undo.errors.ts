import { ConflictError, DomainError, NotFoundError } from '../../kernel/errors/domain-error.js';
import { type ChangeableField } from '../model/next-action.changes.js';

/** 404: no such execution of the NBA, or none that the caller may see. */
export function executionNotFound(): NotFoundError {
  return new NotFoundError('EXECUTION_NOT_FOUND', 'There is no such execution.');
}

/** 409: the press is too long ago. */
export function undoExpired(windowMs: number): ConflictError {
  return new ConflictError(
    'UNDO_EXPIRED',
    `A press can be taken back for ${windowMs / 60_000} minutes.`,
  );
}

/** A field that was changed since a press: by an execution, or otherwise, as by a run of the rules. */
export interface SupersededField {
  readonly field: ChangeableField;
  readonly executionId: string | null;
  readonly actionKey: string | null;
}

/** 409: fields of the NBA do not hold any more what the press left; `superseded` names each and its cause. */
export function executionSuperseded(superseded: readonly SupersededField[]): DomainError {
  const causes = superseded.map(({ field, executionId, actionKey }) =>
    executionId === null
      ? `${field} by something that is no press`
      : `${field} by ${actionKey} (${executionId})`,
  );
  return new DomainError(
    'EXECUTION_SUPERSEDED',
    409,
    `The next best action was changed since: ${causes.join(', ')}.`,
    { extensions: { superseded } },
  );
}

/** 409: the restored NBA would be a second one in the queue with its dedupe key. */
export function queuedAgain(): DomainError {
  return new DomainError(
    'EXECUTION_SUPERSEDED',
    409,
    'Another next best action with its dedupe key was queued since.',
    { extensions: { superseded: [{ field: 'dedupeKey', executionId: null, actionKey: null }] } },
  );
}
