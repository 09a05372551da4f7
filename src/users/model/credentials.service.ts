import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type Logger } from 'pino';
import { Repository } from 'typeorm';
import {
  TransactionRunner,
  type WorkOptions,
} from '../../database/transactions/transaction-runner.js';
import { LOGGER } from '../../logging/logger.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { nameFrom, normalizeEmail } from './email.js';
import { insertUser } from './insert-user.js';
import { User } from './user.entity.js';

/** What signing in needs of a user. */
export type Credentials = Pick<User, 'id' | 'email' | 'name' | 'role' | 'passwordHash'> & {
  readonly disabled: boolean;
};

/** The query of one user must leave time to answer its request. */
const LOOK_UP = { caller: 'users', statementMs: 3000 };

/** Held while the first user is made: the bytes of "nbau". */
const FIRST_USER_LOCK = 0x6e626175;

/** Finds users by what they sign in with, and makes the first one. */
@Injectable()
export class CredentialsService {
  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    private readonly transactions: TransactionRunner,
    private readonly hasher: PasswordHasher,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async findByEmail(email: string): Promise<Credentials | undefined> {
    return this.find({ email: normalizeEmail(email) });
  }

  async findById(id: string): Promise<Credentials | undefined> {
    return this.find({ id });
  }

  /** Whether a user has this e-mail and this password. */
  async matches(email: string, password: string): Promise<boolean> {
    const user = await this.findByEmail(email);
    return user !== undefined && (await this.hasher.verify(user.passwordHash, password));
  }

  /**
   * Creates the first user, an administrator of all scopes, if there is none, and logs it; returns whether
   * it did. Replicas that start at the same time create only one.
   */
  async ensureFirstUser(email: string, password: string): Promise<boolean> {
    if (await this.within((users) => users.exists())) return false;
    const passwordHash = await this.hasher.hash(password);
    const created = await this.within(async (users) => {
      // One process at a time: two of different settings would else each make a user.
      await users.query('SELECT pg_advisory_xact_lock($1)', [FIRST_USER_LOCK]);
      if (await users.exists()) return false;
      const user = { email, name: nameFrom(email), passwordHash, role: 'admin' as const };
      return (await insertUser(users.manager, { ...user, scopes: ['*'] })) !== undefined;
    });
    if (created) this.logger.info('created the first user');
    return created;
  }

  private async find(where: { id: string } | { email: string }): Promise<Credentials | undefined> {
    const user = await this.within((users) => users.findOneBy(where), LOOK_UP);
    if (!user) return undefined;
    const { id, email, name, role, passwordHash, disabledAt } = user;
    return { id, email, name, role, passwordHash, disabled: disabledAt !== null };
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
