import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type Request } from 'express';
import { ENV, type Env } from '../config/env.js';
import { tokenRequired } from '../http/access/current-actor.js';
import { type Principal } from '../http/access/principal.js';
import { isPublic } from '../http/access/public.js';
import { requiredPermission } from '../http/access/requires.js';
import { UnauthenticatedError } from '../kernel/errors/domain-error.js';
import { permissionDenied } from '../kernel/permissions.errors.js';
import { assertOwnOrigin } from './own-origin.js';
import { sessionCookieOf } from './session-cookie.js';

/**
 * Refuses a caller whom IdentifyGuard could not identify, a change by cookie from another origin, and a
 * caller without the permission of the route. It is a separate guard because the rate limit runs between the
 * two.
 */
@Injectable()
export class RequiresGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    @Inject(ENV) private readonly env: Env,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    if (isPublic(this.reflector, context)) return true;
    const request = context.switchToHttp().getRequest<Request>();
    const principal = request.user as Principal | undefined;
    if (!principal) throw refusalOf(request);
    if (request.headers.authorization === undefined) assertOwnOrigin(request, this.env.publicUrl);
    const permission = requiredPermission(this.reflector, context);
    if (permission === undefined || !principal.permissions.has(permission)) {
      throw permissionDenied(permission);
    }
    return true;
  }
}

function refusalOf(request: Request): UnauthenticatedError {
  const sent = request.headers.authorization ?? sessionCookieOf(request);
  if (sent === undefined) return tokenRequired();
  return new UnauthenticatedError(
    'TOKEN_INVALID',
    'The token is malformed, expired, or not one of ours. Sign in again.',
  );
}
