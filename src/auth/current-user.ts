import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { type Reflector } from '@nestjs/core';
import { type Request } from 'express';
import { type Actor } from '../kernel/actor.js';
import { UnauthenticatedError } from '../kernel/errors/domain-error.js';
import { requestIdOf } from '../logging/request-context.js';
import { type AuthUser } from '../users/auth-user.js';

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

/** The signed-in user and this request, as the actor of a change. */
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
