import {
  Check,
  CreateDateColumn,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  type Relation,
} from 'typeorm';
import { User } from './user.entity.js';

/** A form of scopes as a grant names them: all, all of a type, or one. */
const GRANT_CHECK = `"scope" = '*' OR "scope" ~ '^[a-z][a-z0-9_]{0,63}/.{1,128}$'`;

/** Scopes that a user may see and act in, with the role of the user. */
@Entity('access_grants')
@Index('ix_access_grants_scope', ['scope'])
@Check('ck_access_grants_scope', GRANT_CHECK)
export class AccessGrant {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_access_grants' })
  userId!: string;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'fk_access_grants_user' })
  user?: Relation<User>;

  /** `*`, `account/*` or `account/acme`. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_access_grants' })
  scope!: string;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt!: Date;
}
