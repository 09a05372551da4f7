import { SetMetadata, type Type } from '@nestjs/common';
import {
  type BuiltInJobType,
  type JobDefinition,
  type JobType,
  type JobTypes,
} from './job-types.js';

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
  // A property, not a method: the compiler compares the parameters of methods less strictly.
  readonly handle: (context: JobContext<JobTypes[T]>) => Promise<void>;
}

export interface JobHandlerOptions {
  readonly type: string;
  /** Options of a handler whose type is not in JOB_TYPES. */
  readonly definition: JobDefinition | undefined;
}

export const JOB_HANDLER = Symbol('JOB_HANDLER');

/** The definition that a handler must give: none for a type of JOB_TYPES. */
export type OwnDefinition<T extends JobType> = [T] extends [BuiltInJobType]
  ? []
  : [definition: JobDefinition<JobTypes[T]>];

/**
 * Makes a provider class the handler of a type of job: list it in the `providers` of any module. A type that
 * is not in JOB_TYPES is declared in JobTypes beside the handler, which gives its definition.
 */
export function JobHandler<T extends JobType>(
  type: T,
  ...[definition]: OwnDefinition<T>
): (target: Type<JobRunner<T>>) => void {
  // Injectable() is not applied here: it would overwrite a scope of the class before the start-up checks
  // see it.
  return SetMetadata(JOB_HANDLER, { type, definition } satisfies JobHandlerOptions);
}
