import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * An event that a subscriber has not processed yet. The first one of a scope has a job; its row is deleted
 * when the method has succeeded, or marked when its attempts are used up, and the next one gets a job.
 */
@Entity('subscriber_events')
// The first event of a scope, in the order of commits.
@Index('ix_subscriber_events_order', ['subscriber', 'scopeKey', 'epoch', 'xid', 'eventId'], {
  where: `"given_up_at" IS NULL`,
})
// One event of a scope at a time.
@Index('uq_subscriber_events_running', ['subscriber', 'scopeKey'], {
  unique: true,
  where: `"job_id" IS NOT NULL AND "given_up_at" IS NULL`,
})
// The event of a job that was given up.
@Index('ix_subscriber_events_job', ['jobId'], { where: `"job_id" IS NOT NULL` })
// What is past its retention.
@Index('ix_subscriber_events_given_up', ['givenUpAt'], { where: `"given_up_at" IS NOT NULL` })
export class PendingEventRow {
  /** Name of the subscriber. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_subscriber_events' })
  subscriber!: string;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_subscriber_events' })
  eventId!: string;

  @Column('text')
  eventKey!: string;

  /** `account/acme`; empty for an event without a scope. */
  @Column('text')
  scopeKey!: string;

  /** With `xid` and the id, the position of the event in the order of commits. */
  @Column('int')
  epoch!: number;

  @Column('bigint')
  xid!: string;

  /** That of the event: the span that published it; null while traces are off. */
  @Column('text', { nullable: true })
  traceParent!: string | null;

  /** The job that runs it, or ran it until its attempts were used up. */
  @Column('uuid', { nullable: true })
  jobId!: string | null;

  /** When its job was dead-lettered or cancelled: kept for an operator who retries the job. */
  @Column('timestamptz', { nullable: true })
  givenUpAt!: Date | null;
}
