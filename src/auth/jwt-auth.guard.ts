import { createHash } from 'node:crypto';
import { isNativeError } from 'node:util/types';
import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { type Request } from 'express';
import { ENV, type Env } from '../config/env.js';
import { isPublic } from './current-user.js';
import { type AuthUser } from '../users/auth-user.js';

interface KnownToken {
  readonly user: AuthUser;
  /** When the token expires or its user must be looked up again, in ms since 1970. */
  readonly until: number;
}

/** Most tokens in the cache. */
const MAX_KNOWN = 10_000;

/**
 * Passport's guard, which here only identifies the caller. The rate limit runs next and counts by user, and
 * RequireUserGuard refuses after that. On a public route no token is read: a probe must not need the
 * database, and sign-ins are counted by address.
 *
 * A verified token is cached by its hash for AUTH_CACHE_MS. Without the cache, each request costs a
 * signature check and a query for the user.
 */
@Injectable()
export class JwtAuthGuard extends AuthGuard('jwt') {
  private readonly known = new Map<string, KnownToken>();
  @Inject(ENV) private readonly env!: Env;
  @Inject(Reflector) private readonly reflector!: Reflector;

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const header = request.headers.authorization;
    if (header === undefined || isPublic(this.reflector, context)) return true;
    const hash = createHash('sha256').update(header).digest('base64');
    const known = this.known.get(hash);
    if (known && known.until > Date.now()) {
      request.user = known.user;
      return true;
    }
    this.known.delete(hash);
    await super.canActivate(context);
    if (request.user) this.remember(hash, request.user as AuthUser, expiryOf(header));
    return true;
  }

  /**
   * The result from Passport: a user, no user (an invalid token), or an error such as a lost database
   * connection.
   */
  override handleRequest<T>(error: unknown, user: T | false | null): T {
    if (isNativeError(error)) throw error;
    return (user === false ? undefined : user) as T;
  }

  private remember(hash: string, user: AuthUser, expiry: number): void {
    if (this.known.size >= MAX_KNOWN) this.known.clear();
    this.known.set(hash, { user, until: Math.min(expiry, Date.now() + this.env.authCacheMs) });
  }
}

/** The expiry of a verified token, in ms since 1970. */
function expiryOf(header: string): number {
  const payload = header.split('.')[1] ?? '';
  const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { exp: number };
  return exp * 1000;
}
