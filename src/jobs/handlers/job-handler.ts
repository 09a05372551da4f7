import { applyDecorators, Injectable, SetMetadata, type Type } from '@nestjs/common';
import { type JobDefinition, type JobType, type JobTypes } from './job-types.js';

/** The developers' API of jobs: the decorator and its contract. */

/** The argument of a handler. */
export interface JobContext<Payload extends object = object> {
  readonly jobId: string;
  readonly type: string;
  /** Number of this attempt, from 1. */
  readonly attempt: number;
  /** Validated against the type's class. */
  readonly payload: Payload;
  /** When this attempt began, by the database's time. */
  readonly now: Date;
  /**
   * Aborts at the type's time limit, when the server stops and does not wait any longer, and when the job
   * was given to another worker. Pass it on to calls that take a signal, and stop working then.
   */
  readonly signal: AbortSignal;
}

/**
 * Runs the jobs of one type. A job runs at least once: after a crash between the work and the record of its
 * result, it runs again. So the handler must be idempotent. If it throws, the attempt has failed; the job
 * runs again after a pause, until its attempts are used up.
 */
export interface JobRunner<T extends JobType> {
  handle(context: JobContext<JobTypes[T]>): Promise<void>;
}

export interface JobHandlerOptions {
  readonly type: string;
  /** Options of a handler whose type is not in JOB_TYPES. */
  readonly definition: JobDefinition | undefined;
}

export const JOB_HANDLER = Symbol('JOB_HANDLER');

/** Makes a provider class the handler of a type of job: list it in the `providers` of any module. */
export function JobHandler<T extends JobType>(type: T): (target: Type<JobRunner<T>>) => void;
/** The same for a type that only the handler's own module enqueues. */
export function JobHandler<Payload extends object>(
  type: string,
  definition: JobDefinition<Payload>,
): (target: Type<{ handle(context: JobContext<Payload>): Promise<void> }>) => void;
export function JobHandler(type: string, definition?: JobDefinition): ClassDecorator {
  const options: JobHandlerOptions = { type, definition };
  return applyDecorators(Injectable(), SetMetadata(JOB_HANDLER, options));
}
