import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * `failed`: a further attempt follows or followed. `dead_lettered`: the last one failed and the job was not
 * retried. `interrupted`: the server stopped and put the job back, which does not count as an attempt.
 */
export const ENDED_ATTEMPT_STATUSES = [
  'succeeded',
  'failed',
  'dead_lettered',
  'interrupted',
] as const;
export type EndedAttemptStatus = (typeof ENDED_ATTEMPT_STATUSES)[number];

/** `running`: the attempt of a running job, which is in the job's own row until it ends. */
export const ATTEMPT_STATUSES = ['running', ...ENDED_ATTEMPT_STATUSES] as const;
export type AttemptStatus = (typeof ATTEMPT_STATUSES)[number];

/** An attempt of a job that ended. It is inserted with the result, and deleted with its job. */
@Entity('job_attempts')
@Check(
  'ck_job_attempts_status',
  `"status" IN ('succeeded', 'failed', 'dead_lettered', 'interrupted')`,
)
export class JobAttempt {
  /** No foreign key: it would lock the job's row once more for each result. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_job_attempts' })
  jobId!: string;

  /** Number of the attempt, from 1. */
  @PrimaryColumn('int', { primaryKeyConstraintName: 'pk_job_attempts' })
  attempt!: number;

  @Column('text')
  status!: EndedAttemptStatus;

  @Column('uuid')
  workerId!: string;

  @Column('timestamptz')
  startedAt!: Date;

  @Column('timestamptz')
  heartbeatAt!: Date;

  @Column('timestamptz')
  finishedAt!: Date;

  @Column('text', { nullable: true })
  errorCode!: string | null;

  /** Redacted, at most 500 characters. */
  @Column('text', { nullable: true })
  errorMessage!: string | null;
}
