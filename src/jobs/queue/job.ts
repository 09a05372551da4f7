import { columnsOf, type RowOf } from '../../database/sql/columns.js';
import { type AttemptStatus, JobAttempt } from './job-attempt.entity.js';
import { JobRow } from './job.entity.js';

/** The columns of a Job, in the order in which they are shown. */
export const JOB_COLUMNS = columnsOf(JobRow).only(
  'id',
  'type',
  'state',
  'payload',
  'dedupeKey',
  'nextActionId',
  'attempts',
  'runAfter',
  'lastErrorCode',
  'lastErrorMessage',
  'createdAt',
  'startedAt',
  'finishedAt',
);

/** A job as it is shown: its payload without secrets; `runAfter` is null unless it waits. */
export type Job = Omit<RowOf<typeof JOB_COLUMNS>, 'runAfter'> & { readonly runAfter: Date | null };

/** The columns of a JobAttemptRecord, in the order in which they are shown. */
export const JOB_ATTEMPT_COLUMNS = columnsOf(JobAttempt).only(
  'attempt',
  'status',
  'startedAt',
  'heartbeatAt',
  'finishedAt',
  'errorCode',
  'errorMessage',
  'workerId',
);

/** One attempt of a job, as it is shown; one that runs has not finished. */
export type JobAttemptRecord = Omit<RowOf<typeof JOB_ATTEMPT_COLUMNS>, 'status' | 'finishedAt'> & {
  readonly status: AttemptStatus;
  readonly finishedAt: Date | null;
};
