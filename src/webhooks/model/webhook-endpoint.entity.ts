import { Check, Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';

export const ENDPOINT_STATUSES = ['enabled', 'disabled'] as const;
export type EndpointStatus = (typeof ENDPOINT_STATUSES)[number];

/**
 * Why an endpoint is disabled: by an `operator`, because it answered 410 (`gone`), or because it has been
 * `failing` for too long.
 */
export const DISABLED_REASONS = ['operator', 'gone', 'failing'] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

/** A URL that gets events. Its secrets and the values of its headers are encrypted: see `secret-box.ts`. */
@Entity('webhook_endpoints')
@Check('ck_webhook_endpoints_status', `"status" IN ('enabled', 'disabled')`)
@Check(
  'ck_webhook_endpoints_disabled_reason',
  `"disabled_reason" IN ('operator', 'gone', 'failing')`,
)
@Check(
  'ck_webhook_endpoints_disabled',
  `("status" = 'disabled') = ("disabled_reason" IS NOT NULL) AND ("status" = 'disabled') = ("disabled_at" IS NOT NULL)`,
)
// So that whatever asks for enabled endpoints finds none that is deleted.
@Check('ck_webhook_endpoints_deleted', `"deleted_at" IS NULL OR "status" = 'disabled'`)
@Check('ck_webhook_endpoints_event_keys', `cardinality("event_keys") > 0`)
@Check('ck_webhook_endpoints_scopes', `cardinality("scopes") > 0`)
@Check(
  'ck_webhook_endpoints_previous_secret',
  `("previous_secret_box" IS NULL) = ("previous_secret_until" IS NULL)`,
)
export class WebhookEndpoint {
  /** UUIDv7, so that the id is also the order in time. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_webhook_endpoints' })
  id!: string;

  @Column('text')
  url!: string;

  @Column('text', { nullable: true })
  description!: string | null;

  /** `*` alone, or names of events. */
  @Column('text', { array: true })
  eventKeys!: string[];

  /** `*`, `account/*` or `account/acme`, each. Events without a scope go to endpoints of `*` alone. */
  @Column('text', { array: true })
  scopes!: string[];

  /** Names of its own headers, which may be shown; their values are in `headersBox`. */
  @Column('text', { array: true, default: [] })
  headerNames!: string[];

  /** Its own headers as JSON, name by value, encrypted; null without any. */
  @Column('bytea', { nullable: true })
  headersBox!: Buffer | null;

  /** The secret that signs, encrypted. */
  @Column('bytea')
  secretBox!: Buffer;

  /** The secret before the last rotation, which signs too until `previousSecretUntil`. */
  @Column('bytea', { nullable: true })
  previousSecretBox!: Buffer | null;

  @Column('timestamp with time zone', { precision: 3, nullable: true })
  previousSecretUntil!: Date | null;

  @Column('text', { default: 'enabled' })
  status!: EndpointStatus;

  @Column('text', { nullable: true })
  disabledReason!: DisabledReason | null;

  @Column('timestamp with time zone', { precision: 3, nullable: true })
  disabledAt!: Date | null;

  /** Since when no try has succeeded; null while tries succeed. */
  @Column('timestamp with time zone', { precision: 3, nullable: true })
  failingSince!: Date | null;

  /** Tries that failed since the last one that succeeded. */
  @Column('int', { default: 0 })
  failures!: number;

  /** Since when it is deleted: it is hidden and has no secrets; the row goes after its last delivery. */
  @Column('timestamp with time zone', { precision: 3, nullable: true })
  deletedAt!: Date | null;

  /** The user or the service token that made it. */
  @Column('uuid', { nullable: true })
  createdBy!: string | null;

  @CreateDateColumn({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  @UpdateDateColumn({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  updatedAt!: Date;
}
