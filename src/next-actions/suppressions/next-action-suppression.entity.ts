import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

const PRIMARY_KEY = { primaryKeyConstraintName: 'pk_next_action_suppressions' };

/** A rule that makes no suggestions in one scope until a time, by an operator's decision. */
@Entity('next_action_suppressions')
@Index('ix_next_action_suppressions_until', ['suppressedUntil'])
export class NextActionSuppressionRow {
  @PrimaryColumn('text', PRIMARY_KEY)
  entityType!: string;

  @PrimaryColumn('text', PRIMARY_KEY)
  entityId!: string;

  @PrimaryColumn('text', PRIMARY_KEY)
  ruleKey!: string;

  @Column('timestamp with time zone', { precision: 3 })
  suppressedUntil!: Date;

  @Column('uuid', { nullable: true })
  actorId!: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { default: () => 'now()' })
  updatedAt!: Date;
}
