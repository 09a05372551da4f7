import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

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

/**
 * A job. A claim makes a row `running` and counts `attempts` up, and only the result of that attempt is
 * recorded: the pair (id, attempts) is the fence. One index for each question that must not read the backlog.
 */
@Entity('jobs')
@Check(
  'ck_jobs_state',
  `"state" IN ('waiting', 'retrying', 'running', 'completed', 'cancelled', 'dead_lettered')`,
)
// The next due job of a type.
@Index('ix_jobs_due', ['type', 'runAfter', 'id'], {
  where: `"state" IN ('waiting', 'retrying')`,
})
// One job of a key waits for its first attempt.
@Index('uq_jobs_waiting_key', ['type', 'dedupeKey'], {
  unique: true,
  where: `"state" = 'waiting' AND "dedupe_key" IS NOT NULL`,
})
// Two jobs of a key never run at the same time.
@Index('uq_jobs_running_key', ['type', 'dedupeKey'], {
  unique: true,
  where: `"state" = 'running' AND "dedupe_key" IS NOT NULL`,
})
// A job of a key that waits for a further attempt.
@Index('ix_jobs_retrying_key', ['type', 'dedupeKey'], {
  where: `"state" = 'retrying' AND "dedupe_key" IS NOT NULL`,
})
// Running jobs whose heartbeat is too old.
@Index('ix_jobs_heartbeat', ['heartbeatAt'], { where: `"state" = 'running'` })
// Failed and dead-lettered jobs, in total and of a scope.
@Index('ix_jobs_troubled', ['entityType', 'entityId', 'state'], {
  where: `"state" = 'dead_lettered' OR "state" = 'retrying' AND "failed_attempts" > 0`,
})
// The list by type and state, and the counts.
@Index('ix_jobs_list', ['type', 'state', 'id'])
// The list of a scope.
@Index('ix_jobs_scope', ['entityType', 'entityId', 'id'], { where: `"entity_type" IS NOT NULL` })
// The jobs of a next best action.
@Index('ix_jobs_next_action', ['nextActionId', 'id'], { where: `"next_action_id" IS NOT NULL` })
// What is past its retention.
@Index('ix_jobs_ended', ['state', 'finishedAt'], {
  where: `"state" IN ('completed', 'cancelled', 'dead_lettered')`,
})
export class JobRow {
  /** UUIDv7, so that the id is also the order in time. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_jobs' })
  id!: string;

  @Column('text')
  type!: string;

  @Column('jsonb')
  payload!: object;

  @Column('text', { nullable: true })
  dedupeKey!: string | null;

  /** The scope that the job concerns, if any. */
  @Column('text', { nullable: true })
  entityType!: string | null;

  @Column('text', { nullable: true })
  entityId!: string | null;

  /** The next best action that it was enqueued for, if any. */
  @Column('uuid', { nullable: true })
  nextActionId!: string | null;

  @Column('text', { default: 'waiting' })
  state!: JobState;

  /** Attempts that began; also the number of the running one. */
  @Column('int', { default: 0 })
  attempts!: number;

  /** Attempts that failed since it was enqueued or an operator retried it. */
  @Column('int', { default: 0 })
  failedAttempts!: number;

  /** When its next attempt is due, while it waits. */
  @Column('timestamptz')
  runAfter!: Date;

  @Column('timestamptz')
  createdAt!: Date;

  /** The span that enqueued it, as a W3C `traceparent`; null while traces are off. Not shown. */
  @Column('text', { nullable: true })
  traceParent!: string | null;

  /** When its last attempt began. */
  @Column('timestamptz', { nullable: true })
  startedAt!: Date | null;

  /** Last heartbeat of the worker that runs or ran it. */
  @Column('timestamptz', { nullable: true })
  heartbeatAt!: Date | null;

  /** When it was completed, cancelled or dead-lettered. */
  @Column('timestamptz', { nullable: true })
  finishedAt!: Date | null;

  @Column('uuid', { nullable: true })
  workerId!: string | null;

  /** Of the last attempt that did not succeed; null once it is completed. */
  @Column('text', { nullable: true })
  lastErrorCode!: string | null;

  /** Redacted, at most 500 characters. */
  @Column('text', { nullable: true })
  lastErrorMessage!: string | null;
}
