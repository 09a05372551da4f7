import {
  Column,
  CreateDateColumn,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  type Relation,
} from 'typeorm';
import { User } from './user.entity.js';

/**
 * A user who is signed in: by a bearer token, which holds the session's id, or by a cookie, whose hash the
 * session holds. Without its session, neither is accepted any more.
 */
@Entity('sessions')
@Index('uq_sessions_token_hash', ['tokenHash'], { unique: true })
@Index('ix_sessions_user', ['userId'])
@Index('ix_sessions_expires_at', ['expiresAt'])
export class SessionRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_sessions' })
  id!: string;

  @Column('uuid')
  userId!: string;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'fk_sessions_user' })
  user?: Relation<User>;

  /** SHA-256 of the value of the cookie; null for a bearer token. */
  @Column('bytea', { nullable: true })
  tokenHash!: Buffer | null;

  /** Moves on with the use of a cookie. */
  @Column('timestamptz')
  expiresAt!: Date;

  @Column('timestamptz')
  lastUsedAt!: Date;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt!: Date;
}
