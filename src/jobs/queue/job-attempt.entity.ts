import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * `failed` a further try follows or followed; `dead_lettered` the last one failed and nobody has
 * retried the job; `interrupted` the server stopped and put the job back: that counts as no try.
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
 * One try of a job, with the heartbeat of the worker that runs it. pg-boss keeps no history of tries
 * and knows a lost worker only by a fixed time limit, so both are ours.
 */
@Entity('job_attempts')
@Check(
  'ck_job_attempts_status',
  `"status" IN ('running', 'succeeded', 'failed', 'dead_lettered', 'interrupted')`,
)
@Index('uq_job_attempts_attempt', ['jobId', 'attempt'], { unique: true })
// Who runs, whose heartbeat stopped, what is a dead letter: never many rows.
@Index('ix_job_attempts_open', ['status', 'heartbeatAt'], {
  where: `"status" IN ('running', 'dead_lettered')`,
})
// Whether a job of a key runs or waits for its next try.
@Index('ix_job_attempts_key', ['type', 'dedupeKey'], {
  where: `"dedupe_key" IS NOT NULL AND "status" <> 'succeeded'`,
})
export class JobAttempt {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_job_attempts' })
  id!: string;

  /** Of the library's table, which archives and drops its rows by itself: no foreign key. */
  @Column('uuid')
  jobId!: string;

  @Column('text')
  type!: string;

  /** Number of the try, from 1. */
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
