import {
  Check,
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  type Relation,
} from 'typeorm';
import { WorkItemRow } from '../work-items/work-item.entity.js';
import { type ScoreBand, type ScoreFactor, type ScoreReason } from './scoring.engine.js';

/** What a score is about: a whole scope, or one lead in it. */
export const SCORE_SUBJECTS = ['scope', 'lead'] as const;
export type ScoreSubject = (typeof SCORE_SUBJECTS)[number];

/** A score as it was computed once; the newest is the current one. */
@Entity('score_snapshots')
@Check('ck_score_snapshots_subject', `"subject" IN ('scope', 'lead')`)
@Check('ck_score_snapshots_lead', `("subject" = 'lead') = ("lead_id" IS NOT NULL)`)
@Check('ck_score_snapshots_score', `"score" BETWEEN 0 AND 100`)
@Check('ck_score_snapshots_band', `"band" IN ('healthy', 'warning', 'critical')`)
@Index('ix_score_snapshots_scope', ['entityType', 'entityId', 'computedAt', 'id'], {
  where: `"subject" = 'scope'`,
})
// Its condition follows from `lead_id = …`, so that the delete of a work item finds its scores by it.
@Index('ix_score_snapshots_lead', ['leadId', 'computedAt', 'id'], {
  where: `"lead_id" IS NOT NULL`,
})
export class ScoreSnapshotRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_score_snapshots' })
  id!: string;

  @Column('text')
  subject!: ScoreSubject;

  /** The lead's work item; only where the subject is one. Its scores go when it is deleted. */
  @Column('uuid', { nullable: true })
  leadId!: string | null;

  @ManyToOne(() => WorkItemRow, { onDelete: 'CASCADE', nullable: true })
  @JoinColumn({ name: 'lead_id', foreignKeyConstraintName: 'fk_score_snapshots_lead' })
  lead!: Relation<WorkItemRow> | null;

  @Column('text')
  entityType!: string;

  @Column('text')
  entityId!: string;

  /** 0–100 */
  @Column('int')
  score!: number;

  @Column('text')
  band!: ScoreBand;

  /** Points gained or lost since the snapshot before; null for the first. */
  @Column('int', { nullable: true })
  delta!: number | null;

  @Column('jsonb')
  factors!: readonly ScoreFactor[];

  @Column('jsonb')
  reasons!: readonly ScoreReason[];

  @Column('uuid', { nullable: true })
  actorId!: string | null;

  @Column('timestamp with time zone', { precision: 3 })
  computedAt!: Date;

  /** When a schedule last found the same score, factors and reasons; null for never. */
  @Column('timestamp with time zone', { precision: 3, nullable: true })
  confirmedAt!: Date | null;
}
