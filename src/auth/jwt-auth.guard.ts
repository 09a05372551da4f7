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

/** Tokens that are remembered at once. */
const MAX_KNOWN = 10_000;

/**
 * Passport's guard, which here only identifies the caller: the rate limit needs to know who it is before
 * anybody is refused, so RequireUserGuard refuses, behind it. On a public route it looks at no token: a
 * probe must not need the database, and a login counts by its address.
 *
 * A verified token is remembered by its hash for AUTH_CACHE_MS. Without that, each request costs a
 * verification of the signature and a look-up of the user, one more round trip to the database.
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

  /** Passport's answer: a user, nobody (any wrong token), or an error of ours such as a lost database. */
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
