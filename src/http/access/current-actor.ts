import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type Request, type Response } from 'express';
import { type Actor } from '../../kernel/actor.js';
import { UnauthenticatedError } from '../../kernel/errors/domain-error.js';
import { requestIdOf } from '../../logging/request-context.js';
import { ownWritesOf } from './own-writes.js';
import { type Principal } from './principal.js';

/** Who sent the request, as a parameter of a handler. */
export const CurrentPrincipal = createParamDecorator(
  (_: unknown, context: ExecutionContext): Principal =>
    principalOf(context.switchToHttp().getRequest<Request>()),
);

/** Who sent the request, and its id, as the actor of a change. */
export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const http = context.switchToHttp();
  const request = http.getRequest<Request>();
  const { kind, id, name, permissions, scopes } = principalOf(request);
  const ownWrites = ownWritesOf(request, http.getResponse<Response>());
  return { kind, id, name, permissions, scopes, requestId: requestIdOf(request), ownWrites };
});

function principalOf(request: Request): Principal {
  const principal = request.user as Principal | undefined;
  if (!principal) throw tokenRequired();
  return principal;
}

/** A request without any token. */
export function tokenRequired(): UnauthenticatedError {
  return new UnauthenticatedError(
    'TOKEN_REQUIRED',
    'Sign in and send the token as Authorization: Bearer <token>.',
  );
}
