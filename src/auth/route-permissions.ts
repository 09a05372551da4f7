import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { StartError } from '../config/start-error.js';
import { PUBLIC } from '../http/access/public.js';
import { REQUIRES } from '../http/access/requires.js';

type Handler = (...args: never[]) => unknown;

/** Checks at start that every route says who may use it, and says so in one way. */
@Injectable()
export class RoutePermissions implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  onModuleInit(): void {
    for (const { metatype, instance } of this.discovery.getControllers()) {
      if (typeof metatype !== 'function' || instance == null) continue;
      const prototype = Object.getPrototypeOf(instance) as Record<string, Handler>;
      for (const name of this.scanner.getAllMethodNames(prototype)) {
        const handler = prototype[name];
        if (!handler || Reflect.getMetadata(PATH_METADATA, handler) === undefined) continue;
        const problem = this.problemOf(handler, metatype);
        if (problem === undefined) continue;
        throw new StartError(
          `${metatype.name}.${name} ${problem} who may use it: mark it with either @Requires('<permission>') or @Public().`,
        );
      }
    }
  }

  private problemOf(handler: Handler, metatype: NewableFunction | Handler): string | undefined {
    const targets = [handler, metatype as Handler];
    const isPublic = this.reflector.getAllAndOverride<unknown>(PUBLIC, targets) !== undefined;
    // @Public() of the class would win over @Requires() of the route.
    if (isPublic && Reflect.hasMetadata(REQUIRES, handler)) return 'says in two ways';
    const required = this.reflector.getAllAndOverride<unknown>(REQUIRES, targets) !== undefined;
    return isPublic || required ? undefined : 'does not say';
  }
}
