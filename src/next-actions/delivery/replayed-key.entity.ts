import {
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  type Relation,
} from 'typeorm';
import { NextActionExecution } from './next-action-execution.entity.js';

/**
 * An idempotency key whose press was answered by an execution under another key or none, inside the
 * dedupe window. Kept, or a retry of that press after the window would run the action again.
 */
@Entity('next_action_replayed_keys')
@Index('ix_next_action_replayed_keys_execution', ['executionId'])
export class ReplayedKey {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_next_action_replayed_keys' })
  actorId!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_next_action_replayed_keys' })
  idempotencyKey!: string;

  /** The execution that answered, and answers for ever. */
  @Column('uuid')
  executionId!: string;

  @ManyToOne(() => NextActionExecution, { onDelete: 'CASCADE' })
  @JoinColumn({
    name: 'execution_id',
    foreignKeyConstraintName: 'fk_next_action_replayed_keys_execution',
  })
  execution!: Relation<NextActionExecution>;

  /** SHA-256 of NBA, action and input, as of an execution. */
  @Column('text')
  requestHash!: string;
}
