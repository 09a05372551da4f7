import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { type DomainEventName, type EventLevel, type EventStatus } from './domain-events.js';

/**
 * A stored domain event, for the operators' feed. It is kept when its source is deleted. The table is
 * partitioned by month, by the id.
 */
@Entity('ops_events')
@Check('ck_ops_events_level', `"level" IN ('info', 'warn', 'error')`)
@Check('ck_ops_events_status', `"status" IN ('success', 'failed', 'stubbed')`)
@Index('ix_ops_events_key', ['eventKey', 'id'])
@Index('ix_ops_events_source', ['sourceId', 'id'])
// The errors of a scope today, which its score counts.
@Index('ix_ops_events_errors', ['entityType', 'entityId', 'createdAt'], {
  where: `"level" = 'error'`,
})
// The feed of a user, and of a scope.
@Index('ix_ops_events_actor', ['actorId', 'id'], { where: `"actor_id" IS NOT NULL` })
@Index('ix_ops_events_scope', ['entityType', 'entityId', 'id'], {
  where: `"entity_type" IS NOT NULL`,
})
@Index('ix_ops_events_level', ['level', 'id'], { where: `"level" <> 'info'` })
// Events of jobs, by the NBA of the job: (meta->>'nextActionId', id).
@Index('ix_ops_events_next_action', { synchronize: false })
// The order of commits: src/feed.
@Index('ix_ops_events_feed', ['epoch', 'xid', 'id'])
export class OpsEvent {
  /** UUIDv7, so that the id is also the order in time. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_ops_events' })
  id!: string;

  @Column('text')
  level!: EventLevel;

  @Column('text')
  eventKey!: DomainEventName;

  @Column('text', { nullable: true })
  status!: EventStatus | null;

  @Column('uuid', { nullable: true })
  actorId!: string | null;

  @Column('text', { nullable: true })
  sourceType!: string | null;

  @Column('text', { nullable: true })
  sourceId!: string | null;

  /** The scope it happened in, where there is one. */
  @Column('text', { nullable: true })
  entityType!: string | null;

  @Column('text', { nullable: true })
  entityId!: string | null;

  @Column('text', { nullable: true })
  requestId!: string | null;

  @Column('int', { nullable: true })
  durationMs!: number | null;

  @Column('text', { nullable: true })
  errorCode!: string | null;

  /** Redacted, at most 500 characters. */
  @Column('text', { nullable: true })
  errorMessage!: string | null;

  /** Redacted: see redactValue. */
  @Column('jsonb', { default: {} })
  meta!: object;

  @Column('timestamptz')
  createdAt!: Date;

  /** The span that published it, as a W3C `traceparent`; null while traces are off. Not shown. */
  @Column('text', { nullable: true })
  traceParent!: string | null;

  /** Counts the clusters that stored events here: `feed_epochs`. Set by the column's default. */
  @Column('int', { default: 1 })
  epoch!: number;

  /**
   * The transaction's id (xid8 as bigint), set by the column's default. TypeORM compares defaults without
   * their casts; the migration has them.
   */
  @Column('bigint', { default: () => '((pg_current_xact_id()))' })
  xid!: string;
}
