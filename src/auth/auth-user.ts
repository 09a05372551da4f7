import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { type Reflector } from '@nestjs/core';
import { type Request } from 'express';
import { type Actor } from '../common/actor.js';
import { UnauthenticatedError } from '../common/errors/domain-error.js';
import { requestIdOf } from '../common/http/request-context.js';
import { type UserRole } from './user.entity.js';

/** The signed-in user of a request. */
export interface AuthUser {
  readonly id: string;
  readonly email: string;
  readonly role: UserRole;
}

const PUBLIC = Symbol('PUBLIC');

/** Lets a route answer without a token. */
export const Public = (): ClassDecorator & MethodDecorator => SetMetadata(PUBLIC, true);

/** Whether a route answers without a token. */
export function isPublic(reflector: Reflector, context: ExecutionContext): boolean {
  const targets = [context.getHandler(), context.getClass()];
  return reflector.getAllAndOverride<boolean | undefined>(PUBLIC, targets) === true;
}

/** The signed-in user, as a parameter of a handler. */
export const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext): AuthUser =>
  userOf(context.switchToHttp().getRequest<Request>()),
);

/** The signed-in user and this request, as whoever causes a change. */
export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const request = context.switchToHttp().getRequest<Request>();
  return { userId: userOf(request).id, requestId: requestIdOf(request) };
});

function userOf(request: Request): AuthUser {
  const user = request.user as AuthUser | undefined;
  if (!user)
    throw new UnauthenticatedError(
      'TOKEN_REQUIRED',
      'Sign in and send the token as Authorization: Bearer <token>.',
    );
  return user;
}
