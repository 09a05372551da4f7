import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { NextBestAction } from '../model/next-best-action.entity.js';

const PRIMARY_KEY = 'pk_playbook_steps';

/** A step of an NBA's playbook that somebody ticked. */
@Entity('playbook_steps')
export class PlaybookStepRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: PRIMARY_KEY })
  nextActionId!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: PRIMARY_KEY })
  stepKey!: string;

  @ManyToOne(() => NextBestAction, { onDelete: 'CASCADE' })
  @JoinColumn({
    name: 'next_action_id',
    foreignKeyConstraintName: 'fk_playbook_steps_next_action',
  })
  nextAction!: Relation<NextBestAction>;

  @Column('timestamp with time zone', { precision: 3 })
  doneAt!: Date;

  @Column('uuid', { nullable: true })
  doneBy!: string | null;
}
