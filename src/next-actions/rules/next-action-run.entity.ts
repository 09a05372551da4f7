import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One run of the next-action rules in one scope, and what it changed. */
@Entity('next_action_runs')
@Index('ix_next_action_runs_type', ['entityType', 'ranAt'])
@Index('ix_next_action_runs_scope', ['entityType', 'entityId', 'ranAt'])
export class NextActionRunRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_next_action_runs' })
  id!: string;

  /** `nba:<actor>:<entityType>:<entityId>:<yyyy-mm-dd>`: the runs of one day share it. */
  @Column('text')
  runKey!: string;

  @Column('text')
  entityType!: string;

  @Column('text')
  entityId!: string;

  @Column('uuid', { nullable: true })
  actorId!: string | null;

  @Column('int')
  created!: number;

  @Column('int')
  updated!: number;

  @Column('int')
  expired!: number;

  /** How many recommendations suppressions and cool-downs held back. */
  @Column('int', { default: 0 })
  suppressed!: number;

  @Column('timestamp with time zone', { precision: 3 })
  ranAt!: Date;
}
