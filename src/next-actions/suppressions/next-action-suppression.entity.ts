import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What makes no suggestions in a scope until a time or for good, by somebody's decision. */
@Entity('next_action_suppressions')
@Check('ck_next_action_suppressions_key', `num_nonnulls("rule_key", "dedupe_key") = 1`)
@Check('ck_next_action_suppressions_scope', `"entity_type" IS NOT NULL OR "entity_id" IS NULL`)
// For retention.
@Index('ix_next_action_suppressions_until', ['suppressedUntil'])
@Index('ix_next_action_suppressions_scope', ['entityType', 'entityId', 'id'])
// One for each scope and key. It is over expressions, so the migration creates it.
@Index('uq_next_action_suppressions_key', { synchronize: false })
export class NextActionSuppressionRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_next_action_suppressions' })
  id!: string;

  /** Null: every scope. */
  @Column('text', { nullable: true })
  entityType!: string | null;

  /** Null: every scope of the type. */
  @Column('text', { nullable: true })
  entityId!: string | null;

  /** The rule that it holds back; or `dedupeKey`. */
  @Column('text', { nullable: true })
  ruleKey!: string | null;

  @Column('text', { nullable: true })
  dedupeKey!: string | null;

  /** When it ends or ended; null: for good. */
  @Column('timestamp with time zone', { precision: 3, nullable: true })
  suppressedUntil!: Date | null;

  @Column('text', { nullable: true })
  reason!: string | null;

  /** Who set it. */
  @Column('uuid', { nullable: true })
  actorId!: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { default: () => 'now()' })
  updatedAt!: Date;

  /** When it was lifted, which is also when it ended. */
  @Column('timestamp with time zone', { precision: 3, nullable: true })
  endedAt!: Date | null;

  /** Who lifted it. */
  @Column('uuid', { nullable: true })
  endedBy!: string | null;
}
