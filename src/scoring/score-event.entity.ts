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
import { ScoreSnapshotRow } from './score-snapshot.entity.js';
import { type ScoreTransition } from './transitions.js';

/** A published transition of a scope's score; the same one is not published again for an hour. */
@Entity('score_events')
@Check(
  'ck_score_events_transition',
  `"transition" IN ('threshold_breach', 'sharp_drop', 'recovery')`,
)
@Index('ix_score_events_scope', ['entityType', 'entityId', 'transition', 'occurredAt'])
@Index('ix_score_events_snapshot', ['snapshotId'])
export class ScoreEventRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_score_events' })
  id!: string;

  @Column('uuid')
  snapshotId!: string;

  @ManyToOne(() => ScoreSnapshotRow, { onDelete: 'CASCADE' })
  @JoinColumn({
    name: 'snapshot_id',
    foreignKeyConstraintName: 'fk_score_events_snapshot',
  })
  snapshot!: Relation<ScoreSnapshotRow>;

  @Column('text')
  transition!: ScoreTransition;

  @Column('text')
  entityType!: string;

  @Column('text')
  entityId!: string;

  @Column('timestamp with time zone', { precision: 3 })
  occurredAt!: Date;
}
