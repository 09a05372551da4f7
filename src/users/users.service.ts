import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { uuidv7 } from 'uuidv7';
import { LOGGER } from '../logging/logger.js';
import { TransactionRunner } from '../database/transactions/transaction-runner.js';
import { type AuthUser } from './auth-user.js';
import { PasswordHasher } from './password-hasher.js';
import { type UserRole } from './user.entity.js';

/** A user with what signing in needs. */
export interface Credentials extends AuthUser {
  readonly passwordHash: string;
  readonly disabled: boolean;
}

const COLUMNS = `id, email, role, password_hash AS "passwordHash", disabled_at IS NOT NULL AS disabled`;
const FIND_BY_ID = { name: 'find_user_by_id', text: `SELECT ${COLUMNS} FROM users WHERE id = $1` };
const FIND_BY_EMAIL = {
  name: 'find_user_by_email',
  text: `SELECT ${COLUMNS} FROM users WHERE email = $1`,
};
const ANY_USER = { name: 'any_user', text: `SELECT 1 AS one FROM users LIMIT 1` };
/** Replicas that start together on an empty table make one first user. */
const INSERT_FIRST = {
  name: 'insert_first_user',
  text: `
    INSERT INTO users (id, email, password_hash, role)
    SELECT $1, $2, $3, 'admin' WHERE NOT EXISTS (SELECT 1 FROM users)
    ON CONFLICT (email) DO NOTHING
    RETURNING id`,
};
const INSERT = {
  name: 'insert_user',
  text: `
    INSERT INTO users (id, email, password_hash, role) VALUES ($1, $2, $3, $4)
    ON CONFLICT (email) DO NOTHING
    RETURNING id`,
};
const SET_PASSWORD = {
  name: 'set_user_password',
  text: `UPDATE users SET password_hash = $2, updated_at = now() WHERE id = $1`,
};
const LIST = {
  name: 'list_users',
  text: `
    SELECT email, role, disabled_at IS NOT NULL AS disabled, created_at AS "createdAt"
    FROM users ORDER BY email`,
};
const SET_DISABLED = {
  name: 'set_user_disabled',
  text: `
    UPDATE users SET disabled_at = CASE WHEN $2 THEN COALESCE(disabled_at, now()) END, updated_at = now()
    WHERE id = $1`,
};

/** A user in a list. */
export interface ListedUser {
  readonly email: string;
  readonly role: UserRole;
  readonly disabled: boolean;
  readonly createdAt: Date;
}

/** A look at one user must leave the request that it is for the time to be answered. */
const LOOK_UP = { caller: 'users', statementMs: 3000 };

/** The people who may sign in. */
@Injectable()
export class UsersService {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly hasher: PasswordHasher,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async findById(id: string): Promise<Credentials | undefined> {
    return (await this.transactions.query<Credentials>(FIND_BY_ID, [id], LOOK_UP))[0];
  }

  async findByEmail(email: string): Promise<Credentials | undefined> {
    return (
      await this.transactions.query<Credentials>(FIND_BY_EMAIL, [normalizeEmail(email)], LOOK_UP)
    )[0];
  }

  /** Creates the first user where there is none, and says so in the log; whether it did. */
  async ensureFirstUser(email: string, password: string): Promise<boolean> {
    if ((await this.transactions.query(ANY_USER)).length > 0) return false;
    const hash = await this.hasher.hash(password);
    const values = [uuidv7(), normalizeEmail(email), hash];
    const created = (await this.transactions.run((tx) => tx.execute(INSERT_FIRST, values))) > 0;
    if (created) this.logger.info('created the first user');
    return created;
  }

  /** Creates a user; false where somebody has this e-mail. */
  async create(email: string, password: string, role: UserRole): Promise<boolean> {
    const hash = await this.hasher.hash(password);
    const values = [uuidv7(), normalizeEmail(email), hash, role];
    return (await this.transactions.run((tx) => tx.execute(INSERT, values))) > 0;
  }

  /** Gives a user another password. Tokens that were issued before go on until they expire. */
  async setPassword(id: string, password: string): Promise<void> {
    await this.transactions.query(SET_PASSWORD, [id, await this.hasher.hash(password)]);
  }

  /** Every user, by e-mail. */
  list(): Promise<ListedUser[]> {
    return this.transactions.query<ListedUser>(LIST);
  }

  /** Whether a user has this e-mail and this password. */
  async matches(email: string, password: string): Promise<boolean> {
    const user = await this.findByEmail(email);
    return user !== undefined && (await this.hasher.verify(user.passwordHash, password));
  }

  /** Shuts a user out, or lets them in again; in force everywhere within AUTH_CACHE_MS. */
  async setDisabled(id: string, disabled: boolean): Promise<void> {
    await this.transactions.query(SET_DISABLED, [id, disabled]);
  }
}

/** E-mail addresses are compared without regard to case. */
export function normalizeEmail(email: string): string {
  return email.trim().toLowerCase();
}
