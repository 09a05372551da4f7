import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type Logger } from 'pino';
import { IsNull, Repository } from 'typeorm';
import { uuidv7 } from 'uuidv7';
import { LOGGER } from '../logging/logger.js';
import {
  TransactionRunner,
  type WorkOptions,
} from '../database/transactions/transaction-runner.js';
import { type AuthUser } from './auth-user.js';
import { PasswordHasher } from './password-hasher.js';
import { User, type UserRole } from './user.entity.js';

/** A user with what signing in needs. */
export interface Credentials extends AuthUser {
  readonly passwordHash: string;
  readonly disabled: boolean;
}

// Prepared SQL, because every request with a token that is not cached runs it.
const FIND_BY_ID = {
  name: 'find_user_by_id',
  text: `
    SELECT id, email, role, password_hash AS "passwordHash", disabled_at IS NOT NULL AS disabled
    FROM users WHERE id = $1`,
};

/** A user in a list. */
export interface ListedUser {
  readonly email: string;
  readonly role: UserRole;
  readonly disabled: boolean;
  readonly createdAt: Date;
}

/** The query of one user must leave time to answer its request. */
const LOOK_UP = { caller: 'users', statementMs: 3000 };

/** Held while the first user is made: the bytes of "nbau". */
const FIRST_USER_LOCK = 0x6e626175;

/** Manages users. */
@Injectable()
export class UsersService {
  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    private readonly transactions: TransactionRunner,
    private readonly hasher: PasswordHasher,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async findById(id: string): Promise<Credentials | undefined> {
    return (await this.transactions.query<Credentials>(FIND_BY_ID, [id], LOOK_UP))[0];
  }

  async findByEmail(email: string): Promise<Credentials | undefined> {
    const user = await this.within(
      (users) => users.findOneBy({ email: normalizeEmail(email) }),
      LOOK_UP,
    );
    return user ? credentialsOf(user) : undefined;
  }

  /**
   * Creates the first user if there is none, and logs it; returns whether it did. Replicas that start at
   * the same time create only one.
   */
  async ensureFirstUser(email: string, password: string): Promise<boolean> {
    if (await this.within((users) => users.exists())) return false;
    const passwordHash = await this.hasher.hash(password);
    const created = await this.within(async (users) => {
      // One process at a time: two of different settings would else each make a user.
      await users.query('SELECT pg_advisory_xact_lock($1)', [FIRST_USER_LOCK]);
      return (
        !(await users.exists()) && (await insert(users, { email, passwordHash, role: 'admin' }))
      );
    });
    if (created) this.logger.info('created the first user');
    return created;
  }

  /** Creates a user; false if the e-mail is taken. */
  async create(email: string, password: string, role: UserRole): Promise<boolean> {
    const passwordHash = await this.hasher.hash(password);
    return this.within((users) => insert(users, { email, passwordHash, role }));
  }

  /** Changes the password of a user. Tokens that were issued before stay valid until they expire. */
  async setPassword(id: string, password: string): Promise<void> {
    const passwordHash = await this.hasher.hash(password);
    await this.within((users) => users.update({ id }, { passwordHash }));
  }

  /** Every user, by e-mail. */
  async list(): Promise<ListedUser[]> {
    const select = { id: true, email: true, role: true, disabledAt: true, createdAt: true };
    const found = await this.within((users) => users.find({ select, order: { email: 'ASC' } }));
    return found.map(({ email, role, disabledAt, createdAt }) => ({
      email,
      role,
      disabled: disabledAt !== null,
      createdAt,
    }));
  }

  /** Whether a user has this e-mail and this password. */
  async matches(email: string, password: string): Promise<boolean> {
    const user = await this.findByEmail(email);
    return user !== undefined && (await this.hasher.verify(user.passwordHash, password));
  }

  /** Disables or enables a user; effective on all servers within AUTH_CACHE_MS. */
  async setDisabled(id: string, disabled: boolean): Promise<void> {
    await this.within((users) =>
      disabled
        ? users.update({ id, disabledAt: IsNull() }, { disabledAt: () => 'now()' })
        : users.update({ id }, { disabledAt: null }),
    );
  }

  /**
   * The repository in a transaction of the runner: connections that TypeORM takes itself have no time limit
   * if the database does not answer.
   */
  private within<T>(
    work: (users: Repository<User>) => Promise<T>,
    options: WorkOptions = {},
  ): Promise<T> {
    return this.transactions.run((tx) => work(tx.manager.withRepository(this.users)), options);
  }
}

/** Inserts a user; false if the e-mail is taken. */
async function insert(
  users: Repository<User>,
  { email, ...user }: Pick<User, 'email' | 'passwordHash' | 'role'>,
): Promise<boolean> {
  const inserted = await users
    .createQueryBuilder()
    .insert()
    .values({ id: uuidv7(), email: normalizeEmail(email), ...user })
    .orIgnore()
    .returning('id')
    .execute();
  return (inserted.raw as unknown[]).length > 0;
}

function credentialsOf({ id, email, role, passwordHash, disabledAt }: User): Credentials {
  return { id, email, role, passwordHash, disabled: disabledAt !== null };
}

/** E-mail addresses are compared without regard to case. */
export function normalizeEmail(email: string): string {
  return email.trim().toLowerCase();
}
