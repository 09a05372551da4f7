import {
  Check,
  Column,
  CreateDateColumn,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  type Relation,
  UpdateDateColumn,
} from 'typeorm';
import { WebhookEndpoint } from './webhook-endpoint.entity.js';

/** `pending`: a try is due at `nextTryAt`. `failed`: its tries are used up. */
export const DELIVERY_STATES = ['pending', 'delivered', 'failed'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** An event that is to be delivered to an endpoint. The row is its own queue: a try leases it. */
@Entity('webhook_deliveries')
@Check('ck_webhook_deliveries_state', `"state" IN ('pending', 'delivered', 'failed')`)
@Check('ck_webhook_deliveries_due', `("state" = 'pending') = ("next_try_at" IS NOT NULL)`)
// A fan-out that runs twice adds nothing.
@Index('uq_webhook_deliveries_event', ['endpointId', 'eventId'], { unique: true })
// What is due, for each endpoint: a dead endpoint's backlog is not read for another's.
@Index('ix_webhook_deliveries_due', ['endpointId', 'nextTryAt'], { where: `"state" = 'pending'` })
@Index('ix_webhook_deliveries_list', ['endpointId', 'id'])
@Index('ix_webhook_deliveries_list_failed', ['endpointId', 'id'], { where: `"state" = 'failed'` })
@Index('ix_webhook_deliveries_list_pending', ['endpointId', 'id'], {
  where: `"state" = 'pending'`,
})
// What is past its retention.
@Index('ix_webhook_deliveries_ended', ['updatedAt'], { where: `"state" <> 'pending'` })
// How many tries an endpoint has under way.
@Index('ix_webhook_deliveries_leased', ['endpointId'], { where: `"leased_until" IS NOT NULL` })
// What a recovery sends again.
@Index('ix_webhook_deliveries_failed', ['endpointId', 'updatedAt'], {
  where: `"state" = 'failed'`,
})
// What a retry in a scope sends again.
@Index('ix_webhook_deliveries_failed_scope', ['entityType', 'entityId', 'id'], {
  where: `"state" = 'failed' AND "actor_kind" IS NOT NULL`,
})
export class WebhookDelivery {
  /** UUIDv7, so that the id is also the order in time. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_webhook_deliveries' })
  id!: string;

  @Column('uuid')
  endpointId!: string;

  @ManyToOne(() => WebhookEndpoint, { onDelete: 'CASCADE' })
  @JoinColumn({
    name: 'endpoint_id',
    foreignKeyConstraintName: 'fk_webhook_deliveries_endpoint',
  })
  endpoint?: Relation<WebhookEndpoint>;

  /** The stored event; no foreign key, because events are partitioned and end earlier. */
  @Column('uuid')
  eventId!: string;

  @Column('text')
  eventKey!: string;

  /** The scope of the event, where there is one. */
  @Column('text', { nullable: true })
  entityType!: string | null;

  @Column('text', { nullable: true })
  entityId!: string | null;

  /** The header `webhook-id`: the same in every try, so that a receiver knows a repeat. */
  @Column('text')
  messageId!: string;

  /** The exact text that is signed and sent. Redacted. */
  @Column('text')
  body!: string;

  @Column('text', { default: 'pending' })
  state!: DeliveryState;

  /** Tries that began; also the number of the running one. */
  @Column('int', { default: 0 })
  tries!: number;

  /** Tries before it was sent again: the schedule counts from there. */
  @Column('int', { default: 0 })
  triesBefore!: number;

  /** When its next try is due, while it is pending. */
  @Column('timestamp with time zone', { precision: 3, nullable: true })
  nextTryAt!: Date | null;

  /** Until then, a try of a process has it. */
  @Column('timestamp with time zone', { precision: 3, nullable: true })
  leasedUntil!: Date | null;

  /** The kind of actor that caused the event: `user`, `service`; null for the system. */
  @Column('text', { nullable: true })
  actorKind!: string | null;

  /** That of its event: the span that published it; null while traces are off. Not shown. */
  @Column('text', { nullable: true })
  traceParent!: string | null;

  /** Whether it has a work item that says that it failed: its next success or its end has to settle that. */
  @Column('boolean', { default: false })
  hasFailedItem!: boolean;

  /** HTTP status of the last try; null if it got no answer. */
  @Column('int', { nullable: true })
  lastStatus!: number | null;

  /** Redacted. */
  @Column('text', { nullable: true })
  lastError!: string | null;

  @Column('timestamp with time zone', { precision: 3, nullable: true })
  deliveredAt!: Date | null;

  @CreateDateColumn({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  @UpdateDateColumn({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  updatedAt!: Date;
}
