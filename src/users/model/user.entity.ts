import {
  Check,
  Column,
  CreateDateColumn,
  Entity,
  Index,
  PrimaryColumn,
  UpdateDateColumn,
} from 'typeorm';
import { type Role } from '../../kernel/permissions.js';

/** A user who may sign in. */
@Entity('users')
@Check('ck_users_role', `"role" IN ('viewer', 'operator', 'admin')`)
@Check('ck_users_email', `"email" = lower("email")`)
@Index('uq_users_email', ['email'], { unique: true })
@Index('ix_users_name', ['name', 'id'])
export class User {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_users' })
  id!: string;

  /** As colleagues know the user. */
  @Column('text')
  name!: string;

  /** In lower case. */
  @Column('text')
  email!: string;

  /** argon2id, in PHC form. */
  @Column('text')
  passwordHash!: string;

  /** One role for all grants. */
  @Column('text')
  role!: Role;

  /** If set, the user can't sign in, and their tokens are refused. */
  @Column('timestamptz', { nullable: true })
  disabledAt!: Date | null;

  /** Tokens without a session, which earlier versions issued, are refused from then on. */
  @Column('timestamptz', { nullable: true })
  passwordChangedAt!: Date | null;

  @Column('timestamptz', { nullable: true })
  lastSignInAt!: Date | null;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt!: Date;

  @UpdateDateColumn({ type: 'timestamptz' })
  updatedAt!: Date;
}
