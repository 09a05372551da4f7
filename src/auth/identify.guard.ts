import { isNativeError } from 'node:util/types';
import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { type Request } from 'express';
import { type Principal } from '../http/access/principal.js';
import { isPublic } from '../http/access/public.js';
import { type Identified, PrincipalCache } from '../users/model/principal-cache.js';
import { PrincipalsService, type VerifiedToken } from '../users/model/principals.service.js';
import { SERVICE_TOKEN_PREFIX } from '../users/model/tokens.js';
import { sessionCookieOf } from './session-cookie.js';

/** What a request was identified by. */
const BEARER = /^Bearer +(\S+)$/i;

/**
 * Passport's guard, which here only identifies the caller: by a bearer token, which Passport verifies, by a
 * service token, or by the cookie of a session. A header wins over a cookie. The rate limit runs next and
 * counts by caller, and RequiresGuard refuses after that. On a public route no token is read: a probe must
 * not need the database, and sign-ins are counted by address.
 */
@Injectable()
export class IdentifyGuard extends AuthGuard('jwt') {
  @Inject(PrincipalCache) private readonly cache!: PrincipalCache;
  @Inject(PrincipalsService) private readonly principals!: PrincipalsService;
  @Inject(Reflector) private readonly reflector!: Reflector;

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    if (isPublic(this.reflector, context)) return true;
    const request = context.switchToHttp().getRequest<Request>();
    const principal = await this.identify(request, context);
    if (principal) request.user = principal;
    return true;
  }

  /**
   * The result from Passport: the claims of a token, nothing (an invalid token), or an error such as a lost
   * database connection.
   */
  override handleRequest<T>(error: unknown, verified: T | false | null): T {
    if (isNativeError(error)) throw error;
    return (verified === false ? undefined : verified) as T;
  }

  private async identify(
    request: Request,
    context: ExecutionContext,
  ): Promise<Principal | undefined> {
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      return this.cache.get(`header ${authorization}`, () =>
        this.byHeader(authorization, request, context),
      );
    }
    const cookie = sessionCookieOf(request);
    if (cookie === undefined) return undefined;
    return this.cache.get(`cookie ${cookie}`, () => this.principals.byCookie(cookie));
  }

  private async byHeader(
    authorization: string,
    request: Request,
    context: ExecutionContext,
  ): Promise<Identified | undefined> {
    const token = BEARER.exec(authorization)?.[1];
    if (token?.startsWith(SERVICE_TOKEN_PREFIX) === true) {
      return this.principals.byServiceToken(token);
    }
    await super.canActivate(context);
    const verified = request.user as VerifiedToken | undefined;
    delete request.user;
    return verified && this.principals.byToken(verified);
  }
}
