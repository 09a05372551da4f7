import {
  Check,
  Column,
  CreateDateColumn,
  Entity,
  Index,
  PrimaryColumn,
  UpdateDateColumn,
} from 'typeorm';

export const USER_ROLES = ['admin', 'operator'] as const;
export type UserRole = (typeof USER_ROLES)[number];

/** A user who may sign in. */
@Entity('users')
@Check('ck_users_role', `"role" IN ('admin', 'operator')`)
@Check('ck_users_email', `"email" = lower("email")`)
@Index('uq_users_email', ['email'], { unique: true })
export class User {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_users' })
  id!: string;

  /** In lower case. */
  @Column('text')
  email!: string;

  /** argon2id, in PHC form. */
  @Column('text')
  passwordHash!: string;

  @Column('text')
  role!: UserRole;

  /** If set, the user can't sign in, and their tokens are refused. */
  @Column('timestamptz', { nullable: true })
  disabledAt!: Date | null;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt!: Date;

  @UpdateDateColumn({ type: 'timestamptz' })
  updatedAt!: Date;
}
