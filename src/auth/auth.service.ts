import { createHash } from 'node:crypto';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { type Logger } from 'pino';
import { type Principal } from '../http/access/principal.js';
import { type Actor } from '../kernel/actor.js';
import { DomainError, UnauthenticatedError } from '../kernel/errors/domain-error.js';
import { clientNetwork } from '../http/request/client-address.js';
import { LOGGER } from '../logging/logger.js';
import { SECRETS } from '../config/config.module.js';
import { ENV, type Env } from '../config/env.js';
import { type Secrets } from '../config/secrets.js';
import { TransactionRunner } from '../database/transactions/transaction-runner.js';
import { PostgresThrottlerStorage } from '../rate-limit/postgres-throttler-storage.js';
import { WINDOW_MS } from '../rate-limit/rate-limits.js';
import { type RateLimitState, rateLimitStateOf } from '../rate-limit/rate-limit-headers.js';
import { type LoginAnswer, type LoginBody, type PasswordBody } from './auth.dto.js';
import { PasswordHasher } from '../users/passwords/password-hasher.js';
import { SignInDelay } from './sign-in-delay.js';
import { UsersService } from '../users/api/users.service.js';
import { type Credentials, CredentialsService } from '../users/model/credentials.service.js';
import { normalizeEmail } from '../users/model/email.js';
import { type NewSession, SessionsService } from '../users/model/sessions.service.js';
import { newSessionValue, SESSION_MS } from '../users/model/tokens.js';

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
    private readonly credentials: CredentialsService,
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
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
    if (!admin || (await this.credentials.ensureFirstUser(admin.email, admin.password))) return;
    await this.warnWhereIgnored(admin.email);
  }

  /**
   * An operator who changes ADMIN_PASSWORD may believe that this changed the password of an existing user.
   */
  private async warnWhereIgnored(email: string): Promise<void> {
    const { adminEmail = email, adminPassword } = this.env;
    const asSet =
      adminPassword === undefined
        ? this.env.adminEmail === undefined || (await this.credentials.findByEmail(adminEmail))
        : await this.credentials.matches(adminEmail, adminPassword);
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
    return rateLimitStateOf(limit, await this.counters.add(1, key, WINDOW_MS, limit));
  }

  /**
   * A bearer token for an e-mail and its password. The answer, and about the time it takes, are the same
   * for an unknown e-mail, a wrong password and a disabled user.
   */
  async login(body: LoginBody, from: Origin): Promise<LoginAnswer> {
    const user = await this.verified(body, from);
    const expiresIn = this.env.jwtExpiresIn;
    const expiresAt = new Date(Date.now() + expiresIn * 1000);
    const sid = await this.openSession(user, { expiresAt, cookie: null }, from);
    const accessToken = await this.jwt.signAsync({ sub: user.id, sid });
    return { accessToken, tokenType: 'Bearer', expiresIn };
  }

  /** The same with a session for a browser: returns the value of its cookie. */
  async openCookieSession(body: LoginBody, from: Origin): Promise<string> {
    const user = await this.verified(body, from);
    const cookie = newSessionValue();
    const expiresAt = new Date(Date.now() + SESSION_MS);
    await this.openSession(user, { expiresAt, cookie }, from);
    return cookie;
  }

  /** Signs out of the session that a request came in, if it came in one. */
  async signOut({ sessionId }: Principal, actor: Actor): Promise<void> {
    if (sessionId !== null) await this.sessions.end(sessionId, actor);
  }

  /** Changes the password of the signed-in user; all other sessions end. Throws a 403, or a 400. */
  async changePassword(
    principal: Principal,
    { current, next }: PasswordBody,
    actor: Actor,
    from: Origin,
  ): Promise<void> {
    const user = await this.credentials.findById(principal.id);
    const hash = hashOf(user?.email ?? '');
    await this.delay.pause(hash);
    if (!user || !(await this.hasher.verify(user.passwordHash, current))) {
      return this.refusePassword(user, from);
    }
    await this.delay.forgive(hash);
    const { sessionId } = principal;
    const changed = await this.users.setOwnPassword({ ...user, sessionId }, next, actor);
    if (!changed) await this.refusePassword(user, from);
  }

  private async refusePassword(user: Credentials | undefined, from: Origin): Promise<never> {
    await this.recordFailure(user, false, from);
    throw new DomainError('PASSWORD_WRONG', 403, 'The current password is wrong.', {
      logLevel: 'info',
    });
  }

  private async verified(body: LoginBody, from: Origin): Promise<Credentials> {
    const email = normalizeEmail(body.email);
    const hash = hashOf(email);
    await this.delay.pause(hash);
    const user = await this.credentials.findByEmail(email);
    const fits = await this.hasher.verify(user?.passwordHash, body.password);
    if (!user || !fits || user.disabled) return this.refuseSignIn(user, fits, from);
    await this.delay.forgive(hash);
    return user;
  }

  private async refuseSignIn(
    user: Credentials | undefined,
    fits: boolean,
    from: Origin,
  ): Promise<never> {
    await this.recordFailure(user, fits, from);
    throw new UnauthenticatedError('LOGIN_FAILED', 'The e-mail or the password is wrong.');
  }

  private async openSession(
    user: Credentials,
    { expiresAt, cookie }: Pick<NewSession, 'expiresAt' | 'cookie'>,
    from: Origin,
  ): Promise<string> {
    const { id: userId, passwordHash } = user;
    const id = await this.transactions.run(async (tx) => {
      const opened = await this.sessions.open(tx, { userId, passwordHash, expiresAt, cookie });
      if (opened === undefined) return undefined;
      tx.publish('auth.login.succeeded', {
        actorId: user.id,
        requestId: from.requestId,
        sourceType: 'user',
        sourceId: user.id,
        status: 'success',
        meta: { ip: from.ip },
      });
      return opened;
    });
    // Disabled, or given another password, since it was verified.
    return id ?? this.refuseSignIn(user, false, from);
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
