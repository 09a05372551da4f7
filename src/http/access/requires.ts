import { applyDecorators, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { type Reflector } from '@nestjs/core';
import { ApiExtension } from '@nestjs/swagger';
import { type Permission } from '../../kernel/permissions.js';

export const REQUIRES = Symbol('REQUIRES');

/** Where the OpenAPI document names the permission of a route. */
export const PERMISSION_EXTENSION = 'x-required-permission';

/**
 * The permission that a route, or every route of a class, demands; without it, a caller gets a 403. Every route that is not marked
 * `@Public()` has one: the start fails otherwise.
 */
export const Requires = (permission: Permission): ClassDecorator & MethodDecorator =>
  applyDecorators(
    SetMetadata(REQUIRES, permission),
    ApiExtension(PERMISSION_EXTENSION, permission),
  );

/** The permission that a route demands. */
export function requiredPermission(
  reflector: Reflector,
  context: ExecutionContext,
): Permission | undefined {
  const targets = [context.getHandler(), context.getClass()];
  return reflector.getAllAndOverride<Permission | undefined>(REQUIRES, targets);
}
