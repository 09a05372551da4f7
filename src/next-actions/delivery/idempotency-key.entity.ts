import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { type ExecutionStatus } from './next-action-execution.entity.js';

/**
 * What an `Idempotency-Key` of an actor stands for: the execution that answers it. It names no foreign
 * key, which would keep executions from being partitioned; it expires before they do.
 */
@Entity('idempotency_keys')
@Check('ck_idempotency_keys_status', `"status" IN ('success', 'failed')`)
@Index('ix_idempotency_keys_created_at', ['createdAt'])
export class IdempotencyKeyRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_idempotency_keys' })
  actorId!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_idempotency_keys' })
  key!: string;

  /** SHA-256 of NBA, action and input: another request under the key is refused. */
  @Column('text')
  requestHash!: string;

  /** The execution that answered, or failed last. */
  @Column('uuid')
  executionId!: string;

  /** A failed press left no effect, so its key may be tried again: a success takes it over. */
  @Column('text')
  status!: ExecutionStatus;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;
}
