import { applyDecorators, Injectable, SetMetadata, type Type } from '@nestjs/common';
import { type JobDefinition, type JobType, type JobTypes } from './job-types.js';

/** The developers' API of jobs: the decorator and its contract. */

/** What a handler is given. */
export interface JobContext<Payload extends object = object> {
  readonly jobId: string;
  readonly type: string;
  /** Number of this try, from 1. */
  readonly attempt: number;
  /** Validated against the type's class. */
  readonly payload: Payload;
  /** The database's time at which this try began. */
  readonly now: Date;
  /**
   * Aborts at the type's time limit, when the server stops and does not wait any longer, and when the
   * job was given to another worker: hand it to whatever can be stopped, and do no more work then.
   */
  readonly signal: AbortSignal;
}

/**
 * Works one type of job. It runs at least once: a crash after the work and before it is on record
 * makes it run again, so that doing it twice must be the same as doing it once. Throwing is a failed
 * try; it runs again after a pause, until its tries are used up.
 */
export interface JobRunner<T extends JobType> {
  handle(context: JobContext<JobTypes[T]>): Promise<void>;
}

export interface JobHandlerOptions {
  readonly type: string;
  /** Given by a handler that brings a type of its own, which JOB_TYPES does not know. */
  readonly definition: JobDefinition | undefined;
}

export const JOB_HANDLER = Symbol('JOB_HANDLER');

/** Makes a provider class the handler of a type of job: list it in the `providers` of any module. */
export function JobHandler<T extends JobType>(type: T): (target: Type<JobRunner<T>>) => void;
/** The same for a type that only this handler's own room knows and enqueues. */
export function JobHandler<Payload extends object>(
  type: string,
  definition: JobDefinition<Payload>,
): (target: Type<{ handle(context: JobContext<Payload>): Promise<void> }>) => void;
export function JobHandler(type: string, definition?: JobDefinition): ClassDecorator {
  const options: JobHandlerOptions = { type, definition };
  return applyDecorators(Injectable(), SetMetadata(JOB_HANDLER, options));
}
