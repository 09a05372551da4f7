import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { WebhookDelivery } from './webhook-delivery.entity.js';

const PRIMARY_KEY = 'pk_webhook_attempts';

/** A try of a delivery that ended. */
@Entity('webhook_attempts')
export class WebhookAttempt {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: PRIMARY_KEY })
  deliveryId!: string;

  /** Number of the try, from 1. */
  @PrimaryColumn('int', { primaryKeyConstraintName: PRIMARY_KEY })
  attempt!: number;

  @ManyToOne(() => WebhookDelivery, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'delivery_id', foreignKeyConstraintName: 'fk_webhook_attempts_delivery' })
  delivery?: Relation<WebhookDelivery>;

  @Column('timestamp with time zone', { precision: 3 })
  startedAt!: Date;

  @Column('int')
  durationMs!: number;

  /** HTTP status; null if it got no answer. */
  @Column('int', { nullable: true })
  status!: number | null;

  @Column('text', { nullable: true })
  errorCode!: string | null;

  /** Redacted. */
  @Column('text', { nullable: true })
  error!: string | null;

  /** The first 4 kB of the answer, redacted. */
  @Column('text', { nullable: true })
  answer!: string | null;
}
