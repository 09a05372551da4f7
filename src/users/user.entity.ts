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

/** Somebody who may sign in. */
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

  /** Set: the user can no longer sign in, and tokens of theirs no longer count. */
  @Column('timestamptz', { nullable: true })
  disabledAt!: Date | null;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt!: Date;

  @UpdateDateColumn({ type: 'timestamptz' })
  updatedAt!: Date;
}
