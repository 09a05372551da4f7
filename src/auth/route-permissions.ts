import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { StartError } from '../config/start-error.js';
import { PUBLIC } from '../http/access/public.js';
import { REQUIRES } from '../http/access/requires.js';

type Handler = (...args: never[]) => unknown;

/** Checks at start that every route says who may use it: a route that does not would be open to nobody. */
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
        if (handler && this.isForgotten(handler, metatype)) {
          throw new StartError(
            `${metatype.name}.${name} does not say who may use it: add @Requires('<permission>') or @Public().`,
          );
        }
      }
    }
  }

  private isForgotten(handler: Handler, metatype: NewableFunction | Handler): boolean {
    if (Reflect.getMetadata(PATH_METADATA, handler) === undefined) return false;
    const targets = [handler, metatype as Handler];
    return [PUBLIC, REQUIRES].every(
      (key) => this.reflector.getAllAndOverride<unknown>(key, targets) === undefined,
    );
  }
}
