import { createHash } from 'node:crypto';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { type Logger } from 'pino';
import { UnauthenticatedError } from '../kernel/errors/domain-error.js';
import { clientNetwork } from '../http/request/client-address.js';
import { LOGGER } from '../logging/logger.js';
import { SECRETS } from '../config/config.module.js';
import { ENV, type Env } from '../config/env.js';
import { type Secrets } from '../config/secrets.js';
import { TransactionRunner } from '../database/transactions/transaction-runner.js';
import { PostgresThrottlerStorage } from '../rate-limit/postgres-throttler-storage.js';
import { WINDOW_MS } from '../rate-limit/rate-limits.js';
import { type RateLimitState, rateLimitStateOf } from '../rate-limit/rate-limit-headers.js';
import { type LoginAnswer, type LoginBody } from './auth.dto.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { SignInDelay } from './sign-in-delay.js';
import { type Credentials, normalizeEmail, UsersService } from '../users/users.service.js';

/** The origin of a sign-in. */
export interface Origin {
  /** Address of the client. */
  readonly ip: string;
  readonly requestId: string;
}

/** Signs users in. */
@Injectable()
export class AuthService implements OnApplicationBootstrap {
  constructor(
    private readonly users: UsersService,
    private readonly hasher: PasswordHasher,
    private readonly jwt: JwtService,
    private readonly counters: PostgresThrottlerStorage,
    private readonly delay: SignInDelay,
    private readonly transactions: TransactionRunner,
    @Inject(ENV) private readonly env: Env,
    @Inject(SECRETS) private readonly secrets: Secrets,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { admin } = this.secrets;
    if (!admin || (await this.users.ensureFirstUser(admin.email, admin.password))) return;
    await this.warnWhereIgnored(admin.email);
  }

  /**
   * An operator who changes ADMIN_PASSWORD may believe that this changed the password of an existing user.
   */
  private async warnWhereIgnored(email: string): Promise<void> {
    const { adminEmail = email, adminPassword } = this.env;
    const asSet =
      adminPassword === undefined
        ? this.env.adminEmail === undefined || (await this.users.findByEmail(adminEmail))
        : await this.users.matches(adminEmail, adminPassword);
    if (asSet) return;
    this.logger.warn(
      'ADMIN_EMAIL and ADMIN_PASSWORD are ignored: they make the first user, and there are users already. Change a password with "npm run user -- password <email>", add a user with "npm run user -- add <email>".',
    );
  }

  /**
   * Counts an attempt of one address for one e-mail, and returns the state of its rate limit: if that is
   * exceeded, refuse before calling `login`. Rejects while the counters are unavailable.
   */
  async countAttempt(email: string, { ip }: Origin): Promise<RateLimitState> {
    const limit = this.env.loginLimitPerMinute;
    const key = `login:email:${hashOf(normalizeEmail(email))}:${clientNetwork(ip)}`;
    return rateLimitStateOf(limit, await this.counters.increment(key, WINDOW_MS, limit));
  }

  /**
   * A token for an e-mail and its password. The answer, and about the time it takes, are the same for
   * an unknown e-mail, a wrong password and a disabled user.
   */
  async login(body: LoginBody, from: Origin): Promise<LoginAnswer> {
    const email = normalizeEmail(body.email);
    const hash = hashOf(email);
    await this.delay.pause(hash);
    const user = await this.users.findByEmail(email);
    const fits = await this.hasher.verify(user?.passwordHash, body.password);
    if (!user || !fits || user.disabled) {
      await this.recordFailure(user, fits, from);
      throw new UnauthenticatedError('LOGIN_FAILED', 'The e-mail or the password is wrong.');
    }
    await Promise.all([this.delay.forgive(hash), this.recordSuccess(user, from)]);
    return {
      accessToken: await this.jwt.signAsync({ sub: user.id }),
      tokenType: 'Bearer',
      expiresIn: this.env.jwtExpiresIn,
    };
  }

  private async recordSuccess(user: Credentials, from: Origin): Promise<void> {
    await this.transactions.run((tx) => {
      tx.publish('auth.login.succeeded', {
        actorId: user.id,
        requestId: from.requestId,
        sourceType: 'user',
        sourceId: user.id,
        status: 'success',
        meta: { ip: from.ip },
      });
      return Promise.resolve();
    });
  }

  private async recordFailure(
    user: Credentials | undefined,
    fits: boolean,
    from: Origin,
  ): Promise<void> {
    const reason = !user ? 'unknown_user' : fits ? 'disabled' : 'wrong_password';
    await this.transactions.run((tx) => {
      tx.publish('auth.login.failed', {
        actorId: null,
        requestId: from.requestId,
        sourceType: user ? 'user' : null,
        sourceId: user?.id ?? null,
        status: 'failed',
        meta: { reason, ip: from.ip },
      });
      return Promise.resolve();
    });
  }
}

function hashOf(email: string): string {
  return createHash('sha256').update(email).digest('hex');
}
