import { Check, Column, CreateDateColumn, Entity, Index, PrimaryColumn } from 'typeorm';
import { type Role } from '../../kernel/permissions.js';

/** A token for a machine that pushes and presses. Of the token itself, only a hash is stored. */
@Entity('service_tokens')
@Check('ck_service_tokens_role', `"role" IN ('viewer', 'operator', 'admin')`)
@Check('ck_service_tokens_scopes', `cardinality("scopes") > 0`)
@Index('uq_service_tokens_token_hash', ['tokenHash'], { unique: true })
export class ServiceToken {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_service_tokens' })
  id!: string;

  @Column('text')
  name!: string;

  /** SHA-256 of the token, whose 32 random bytes need no slower hash. */
  @Column('bytea')
  tokenHash!: Buffer;

  /** The first characters of the token, by which its owner knows it. */
  @Column('text')
  prefix!: string;

  @Column('text')
  role!: Role;

  /** `*`, `account/*` or `account/acme`, each. */
  @Column('text', { array: true })
  scopes!: string[];

  /** The user or the service token that made it. */
  @Column('uuid', { nullable: true })
  createdBy!: string | null;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt!: Date;

  @Column('timestamptz')
  expiresAt!: Date;

  /** To the minute. */
  @Column('timestamptz', { nullable: true })
  lastUsedAt!: Date | null;

  /** If set, the token is refused. */
  @Column('timestamptz', { nullable: true })
  revokedAt!: Date | null;
}
