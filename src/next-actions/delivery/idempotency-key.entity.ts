import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { type ExecutionStatus } from './next-action-execution.entity.js';

/**
 * An `Idempotency-Key` of an actor, and the execution that answers it. There is no foreign key, which would
 * prevent the partitioning of executions; keys expire before executions do.
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

  /** A failed press had no effect, so its key may be used again: a success overwrites it. */
  @Column('text')
  status!: ExecutionStatus;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;
}
