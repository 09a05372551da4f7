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
import { NextBestAction } from '../model/next-best-action.entity.js';

export const EXECUTION_STATUSES = ['success', 'failed'] as const;
export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number];

/** The record of one press that ran its action. The table is partitioned by month, by the id. */
@Entity('next_action_executions')
@Check('ck_next_action_executions_status', `"status" IN ('success', 'failed')`)
@Index('ix_next_action_executions_next_action', ['nextActionId', 'id'])
// The dedupe look-up: the newest success of one action on one NBA.
@Index('ix_next_action_executions_dedupe', ['nextActionId', 'actionKey', 'startedAt'], {
  where: `"status" = 'success'`,
})
export class NextActionExecution {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_next_action_executions' })
  id!: string;

  @Column('uuid')
  nextActionId!: string;

  @ManyToOne(() => NextBestAction, { onDelete: 'CASCADE' })
  @JoinColumn({
    name: 'next_action_id',
    foreignKeyConstraintName: 'fk_next_action_executions_next_action',
  })
  nextAction!: Relation<NextBestAction>;

  @Column('text')
  actionKey!: string;

  @Column('text')
  status!: ExecutionStatus;

  @Column('timestamptz')
  startedAt!: Date;

  @Column('timestamptz')
  finishedAt!: Date;

  @Column('text', { nullable: true })
  errorCode!: string | null;

  /** Redacted, at most 500 characters. */
  @Column('text', { nullable: true })
  errorMessage!: string | null;

  /** What the client sent as input, redacted; null for nothing. */
  @Column('jsonb', { nullable: true })
  input!: object | null;

  /** The NBA's fields that the press changed, each with its values before and after, not cut. */
  @Column('jsonb', { default: {} })
  changes!: object;

  /** What the action returned as meta, redacted. */
  @Column('jsonb', { default: {} })
  meta!: object;

  /**
   * No foreign key: the audit is kept when the user is deleted, and a press need not lock the user's row.
   */
  @Column('uuid', { nullable: true })
  actorId!: string | null;

  /** SHA-256 of NBA, action and input, which identifies a repeat. Null from before inputs were stored. */
  @Column('text', { nullable: true })
  requestHash!: string | null;

  /** When an undo took it back; null for one that stands. */
  @Column('timestamptz', { nullable: true })
  undoneAt!: Date | null;

  /** The execution that this one took back; null for a press. */
  @Column('uuid', { nullable: true })
  undoesId!: string | null;
}
