import { type Scope } from '../../kernel/scope.js';
import { columnsOf, type RowOf } from '../../database/sql/columns.js';
import { JobAttempt } from './job-attempt.entity.js';

/**
 * `waiting` for its first attempt; `retrying`: waiting for a further one; `dead_lettered`: its attempts are
 * used up, and it stays so until an operator retries it.
 */
export const JOB_STATES = [
  'waiting',
  'retrying',
  'running',
  'completed',
  'cancelled',
  'dead_lettered',
] as const;
export type JobState = (typeof JOB_STATES)[number];

/** The library's name of each state. */
export const LIBRARY_STATE: Readonly<Record<JobState, string>> = {
  waiting: 'created',
  retrying: 'retry',
  running: 'active',
  completed: 'completed',
  cancelled: 'cancelled',
  dead_lettered: 'failed',
};

/**
 * Member of a job's stored data that holds the scope that it concerns. It is not a part of the payload, and
 * is removed before the payload is run or shown.
 */
export const SCOPE_MEMBER = '_scope';

/** The payload in a job's data. */
export function payloadSql(data: string): string {
  return `(${data} - '${SCOPE_MEMBER}')`;
}

/** A field of the scope that a job concerns, which a scope job's payload names itself. */
export function scopeFieldSql(data: string, field: keyof Scope): string {
  return `COALESCE(${data} -> '${SCOPE_MEMBER}' ->> '${field}', ${data} ->> '${field}')`;
}

/** A job as it is shown: its payload without secrets. */
export interface Job {
  readonly id: string;
  readonly type: string;
  readonly state: JobState;
  readonly payload: object;
  readonly dedupeKey: string | null;
  /** Attempts so far. */
  readonly attempts: number;
  /** When its next attempt is due, while it waits. */
  readonly runAfter: Date | null;
  readonly lastErrorCode: string | null;
  readonly lastErrorMessage: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

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

/** One attempt of a job, as it is shown. */
export type JobAttemptRecord = RowOf<typeof JOB_ATTEMPT_COLUMNS>;
