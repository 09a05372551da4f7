import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { type Priority } from '../kernel/priority.js';
import { type RiskEvidence } from './risk-rules.js';

/** Who resolved a flag. */
export const RESOLVERS = ['rule', 'operator'] as const;
export type Resolver = (typeof RESOLVERS)[number];

/**
 * A condition that a risk rule found: one row for each rule and scope. A snoozed flag is an open one whose
 * `snoozedUntil` is in the future, so that no job has to reopen it.
 */
@Entity('risk_flags')
@Check('ck_risk_flags_severity', `"severity" IN ('low', 'medium', 'high', 'critical')`)
@Check('ck_risk_flags_status', `"status" IN ('open', 'resolved', 'dismissed')`)
@Check('ck_risk_flags_resolved_by', `"resolved_by" IN ('rule', 'operator')`)
@Check(
  'ck_risk_flags_resolved',
  `("status" = 'resolved') = ("resolved_at" IS NOT NULL) AND
   ("status" = 'resolved') = ("resolved_by" IS NOT NULL)`,
)
@Check('ck_risk_flags_cleared', `"cleared_at" IS NULL OR "status" = 'resolved'`)
@Check('ck_risk_flags_dismissed', `("status" = 'dismissed') = ("dismissed_at" IS NOT NULL)`)
@Index('uq_risk_flags_dedupe', ['dedupeKey'], { unique: true })
// It has an expression: the migration creates it, and TypeORM ignores it.
@Index('ix_risk_flags_type', { synchronize: false })
@Index('ix_risk_flags_scope', ['entityType', 'entityId', 'id'])
export class RiskFlagRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_risk_flags' })
  id!: string;

  @Column('text')
  ruleKey!: string;

  /** `risk:<rule>:<entityType>:<entityId>` */
  @Column('text')
  dedupeKey!: string;

  @Column('text')
  entityType!: string;

  @Column('text')
  entityId!: string;

  @Column('text')
  severity!: Priority;

  @Column('text', { default: 'open' })
  status!: 'open' | 'resolved' | 'dismissed';

  @Column('text')
  title!: string;

  @Column('text')
  reason!: string;

  @Column('jsonb')
  evidence!: RiskEvidence;

  /** When the current occurrence was found first. */
  @Column('timestamp with time zone', { precision: 3 })
  firstSeenAt!: Date;

  /** When a run found it last. */
  @Column('timestamp with time zone', { precision: 3 })
  lastSeenAt!: Date;

  @Column('timestamp with time zone', { precision: 3, nullable: true })
  snoozedUntil!: Date | null;

  @Column('timestamp with time zone', { precision: 3, nullable: true })
  resolvedAt!: Date | null;

  @Column('text', { nullable: true })
  resolvedBy!: Resolver | null;

  @Column('timestamp with time zone', { precision: 3, nullable: true })
  dismissedAt!: Date | null;

  /** When a run found the condition of the resolved flag gone: its next occurrence opens the flag. */
  @Column('timestamp with time zone', { precision: 3, nullable: true })
  clearedAt!: Date | null;

  /** The operator who snoozed, closed or reopened it last. */
  @Column('uuid', { nullable: true })
  actorId!: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { default: () => 'now()' })
  updatedAt!: Date;
}
