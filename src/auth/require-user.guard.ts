import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type Request } from 'express';
import { UnauthenticatedError } from '../kernel/errors/domain-error.js';
import { isPublic } from './current-user.js';

/**
 * Refuses a caller whom JwtAuthGuard could not identify, on every route that is not marked @Public(). It is
 * a separate guard because the rate limit runs between the two.
 */
@Injectable()
export class RequireUserGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    if (request.user || isPublic(this.reflector, context)) return true;
    if (request.headers.authorization === undefined) {
      throw new UnauthenticatedError(
        'TOKEN_REQUIRED',
        'Sign in and send the token as Authorization: Bearer <token>.',
      );
    }
    throw new UnauthenticatedError(
      'TOKEN_INVALID',
      'The token is malformed, expired, or not one of ours. Sign in again.',
    );
  }
}
