import { databaseFailureOf } from '../../kernel/errors/database-failure.js';
import { ConflictError, DomainError, NotFoundError } from '../../kernel/errors/domain-error.js';
import { redactText, textOf } from '../../kernel/redaction/redaction.js';
import { type JobState } from './job.entity.js';

/** 404: no such job, or one that ended so long ago that it was deleted. */
export function jobNotFound(): NotFoundError {
  return new NotFoundError('JOB_NOT_FOUND', 'There is no job with this id.');
}

/** 409: only a job that waits can be cancelled. */
export function jobNotWaiting(state: JobState): ConflictError {
  return new ConflictError(
    'JOB_NOT_WAITING',
    `The job is ${state.replace('_', '-')}: only a job that waits can be cancelled.`,
  );
}

/** 409: only a dead-lettered or cancelled job can be retried. */
export function jobNotFinal(state: JobState): ConflictError {
  return new ConflictError(
    'JOB_NOT_RETRYABLE',
    `The job is ${state}: only a dead-lettered or cancelled job can be retried.`,
  );
}

/** 409: another job of its dedupe key, or tick of its schedule, waits already. */
export function jobAlreadyWaits(): ConflictError {
  return new ConflictError(
    'JOB_ALREADY_WAITING',
    'Another job for the same work waits already, and will do it.',
  );
}

/** A handler exceeded its type's time limit. */
export class JobTimedOutError extends Error {
  constructor(timeoutMs: number) {
    super(`The job did not end within ${timeoutMs} ms.`);
    this.name = 'JobTimedOutError';
  }
}

/** The server stops, and the job did not end within the drain time. */
export class JobInterruptedError extends Error {
  constructor() {
    super('The server stopped while the job ran; it was put back.');
    this.name = 'JobInterruptedError';
  }
}

/** The job was considered lost and belongs to another worker now. */
export class JobLeaseLostError extends Error {
  constructor() {
    super('The heartbeat came too late: the job was given to another worker.');
    this.name = 'JobLeaseLostError';
  }
}

/** How a failed attempt is recorded; both redacted. */
export interface JobFailure {
  readonly code: string;
  readonly message: string;
}

/** A worker whose heartbeat stopped in the middle of a job. */
export const WORKER_LOST: JobFailure = {
  code: 'WORKER_LOST',
  message: 'The worker that ran the job fell silent: its process was killed or hung.',
};

/** A claim whose answer came after the worker had given it up. */
export const TAKEN_TOO_LATE: JobFailure = {
  code: 'TAKEN_TOO_LATE',
  message: 'The database answered the worker too late; the job was put back.',
};

/** The code and message of what a handler threw. */
export function failureOf(thrown: unknown): JobFailure {
  const message = redactText(textOf(thrown instanceof Error ? thrown.message : thrown));
  if (thrown instanceof DomainError) return { code: thrown.code, message };
  if (thrown instanceof JobTimedOutError || databaseFailureOf(thrown) === 'timeout') {
    return { code: 'JOB_TIMED_OUT', message };
  }
  if (thrown instanceof JobInterruptedError) return { code: 'SERVER_STOPPED', message };
  return { code: 'JOB_FAILED', message };
}
