import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * `failed`: a further attempt follows or followed. `dead_lettered`: the last one failed and the job was not
 * retried. `interrupted`: the server stopped and put the job back, which does not count as an attempt.
 */
export const ATTEMPT_STATUSES = [
  'running',
  'succeeded',
  'failed',
  'dead_lettered',
  'interrupted',
] as const;
export type AttemptStatus = (typeof ATTEMPT_STATUSES)[number];

/**
 * One attempt of a job, with the heartbeat of the worker that runs it. pg-boss keeps no history of attempts
 * and detects a lost worker only by a fixed time limit, so this table has both.
 */
@Entity('job_attempts')
@Check(
  'ck_job_attempts_status',
  `"status" IN ('running', 'succeeded', 'failed', 'dead_lettered', 'interrupted')`,
)
@Index('uq_job_attempts_attempt', ['jobId', 'attempt'], { unique: true })
// Running attempts, stale ones and dead letters: never many rows.
@Index('ix_job_attempts_open', ['status', 'heartbeatAt'], {
  where: `"status" IN ('running', 'dead_lettered')`,
})
// Whether a job of a key runs or waits for its next attempt.
@Index('ix_job_attempts_key', ['type', 'dedupeKey'], {
  where: `"dedupe_key" IS NOT NULL AND "status" <> 'succeeded'`,
})
export class JobAttempt {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_job_attempts' })
  id!: string;

  /** An id in the library's table, which archives and deletes its rows by itself: no foreign key. */
  @Column('uuid')
  jobId!: string;

  @Column('text')
  type!: string;

  /** Number of the attempt, from 1. */
  @Column('int')
  attempt!: number;

  @Column('text', { nullable: true })
  dedupeKey!: string | null;

  /** The scope that the job concerns, if any. */
  @Column('text', { nullable: true })
  entityType!: string | null;

  @Column('text', { nullable: true })
  entityId!: string | null;

  @Column('text')
  status!: AttemptStatus;

  @Column('uuid')
  workerId!: string;

  @Column('timestamptz')
  startedAt!: Date;

  @Column('timestamptz')
  heartbeatAt!: Date;

  @Column('timestamptz', { nullable: true })
  finishedAt!: Date | null;

  @Column('text', { nullable: true })
  errorCode!: string | null;

  /** Redacted, at most 500 characters. */
  @Column('text', { nullable: true })
  errorMessage!: string | null;
}
