import { isNativeError } from 'node:util/types';
import { databaseFailureOf } from '../../kernel/errors/database-failure.js';
import { DomainError, type ErrorCode } from '../../kernel/errors/domain-error.js';
import { databaseErrorOf } from '../../kernel/errors/database-errors.js';
import { duplicateQueued, isDuplicateQueued } from '../model/next-action.errors.js';
import { redactText, textOf } from '../../kernel/redaction/redaction.js';

/** 422: the idempotency key was used before with another request. */
export function idempotencyKeyReused(): DomainError {
  return new DomainError(
    'IDEMPOTENCY_KEY_REUSED',
    422,
    'This Idempotency-Key was used before with another request. Use a new key for a new request.',
  );
}

/** An action exceeded its time limit. */
export class ActionTimedOutError extends Error {
  constructor(readonly timeoutMs: number) {
    super(`The action did not end within ${timeoutMs} ms.`);
    this.name = 'ActionTimedOutError';
  }
}

/** An action threw. What it threw is the cause, so that a serialization failure is still recognized. */
export class ActionFailedError extends Error {
  constructor(override readonly cause: unknown) {
    super('The delivery action failed.');
    this.name = 'ActionFailedError';
  }
}

/**
 * Why a press or an undo failed: what the action threw, or the refusal of its changes. A second NBA in the
 * queue with its dedupe key is the 409 that its creation gets.
 */
export function failureOf(error: unknown): unknown {
  const thrown = error instanceof ActionFailedError ? error.cause : error;
  return isDuplicateQueued(thrown) ? duplicateQueued() : thrown;
}

/** How a failed press is recorded; both redacted. */
export interface FailureReport {
  readonly code: ErrorCode;
  readonly message: string;
}

/** Whether the action refused the press, as for a state that does not allow it: nothing is broken. */
export function isRefusal(thrown: unknown): boolean {
  return thrown instanceof DomainError && thrown.status < 500;
}

/** The code and message of what an action threw. */
export function reportOf(thrown: unknown): FailureReport {
  if (thrown instanceof DomainError)
    return { code: thrown.code, message: redactText(thrown.message) };
  if (thrown instanceof ActionTimedOutError || databaseFailureOf(thrown) === 'timeout') {
    return { code: 'ACTION_TIMED_OUT', message: redactText(messageOf(thrown)) };
  }
  const hindered = blockedErrorOf(thrown);
  if (hindered) return { code: hindered.code, message: redactText(messageOf(thrown)) };
  return { code: 'ACTION_FAILED', message: redactText(messageOf(thrown)) };
}

/**
 * The 503 for an action that other requests blocked: it waited too long for a lock, or its transaction
 * failed to serialize in every attempt. It may well succeed when it is pressed again.
 */
function blockedErrorOf(thrown: unknown): DomainError | undefined {
  const failure = databaseFailureOf(thrown);
  return failure === 'busy' || failure === 'retryable' ? databaseErrorOf(thrown) : undefined;
}

function messageOf(thrown: unknown): string {
  return textOf(isNativeError(thrown) ? thrown.message : thrown);
}

/**
 * The answer to a press, an undo or a preview whose action failed; `executionId` if that is on record. A
 * DomainError of the action keeps its status. An action that other requests blocked is a 503 with
 * Retry-After. Anything else is a 500 that names only the execution, because the message of an unknown error
 * may hold SQL or a path.
 */
export function failureAnswer(subject: string, thrown: unknown, executionId?: string): DomainError {
  const extensions = executionId === undefined ? {} : { executionId };
  const known = thrown instanceof DomainError ? thrown : blockedErrorOf(thrown);
  if (known) {
    return new DomainError(known.code, known.status, redactText(known.message), {
      ...known.options,
      // The log line of the request has the stack of a failure, and of a refusal none.
      ...(known.status < 500 ? {} : { cause: known.options.cause ?? thrown }),
      extensions,
    });
  }
  const { code } = reportOf(thrown);
  const what = code === 'ACTION_TIMED_OUT' ? 'ran out of time' : 'failed';
  return new DomainError(
    code,
    500,
    `${subject} ${what} and left no effect.${executionId === undefined ? '' : ' Its execution is on record with the reason.'}`,
    { extensions, cause: thrown },
  );
}

/**
 * Whether the action failed and nothing can have been committed, as for a change that the database refuses.
 * If the connection is lost during the commit, the outcome is unknown: no failure is recorded, and a repeat
 * gets the outcome.
 */
export function isFailureOfAction(error: unknown): boolean {
  if (error instanceof ActionFailedError) return true;
  const failure = databaseFailureOf(error);
  return failure === undefined || failure === 'refused';
}
