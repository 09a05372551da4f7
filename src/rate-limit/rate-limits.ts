import { applyDecorators, type ExecutionContext } from '@nestjs/common';
import { SkipThrottle, Throttle, type ThrottlerOptions } from '@nestjs/throttler';
import { type Request } from 'express';
import { type Env } from '../config/env.js';

/** The throttlers that a route may ask for. Their counts are shared by all replicas. */
const RATE_LIMITS = ['execute', 'run', 'login'] as const;
export type RateLimitName = (typeof RATE_LIMITS)[number];

/** The throttler of every route that asks for none. It is counted in the memory of each process. */
export const GENERAL_LIMIT = 'default';

/**
 * The throttlers that let a request pass while their counters are unavailable. Sign-in is not one of them,
 * because passwords could be guessed.
 */
export const FAIL_OPEN: ReadonlySet<string> = new Set<RateLimitName>(['execute', 'run']);

/** The throttlers that count all their routes together. */
export const SHARED: ReadonlySet<string> = new Set<RateLimitName>(['login']);

/** Length of every window, in ms. */
export const WINDOW_MS = 60_000;

/** The window of a throttler that is off unless a route sets its own. */
export const ONLY_WHERE_ASKED = 0;

/**
 * The throttlers of this process. The limits are settings (`*_LIMIT_PER_MINUTE` in config/env.ts), in requests
 * a window. Source: docs/http-api.md.
 */
export function throttlersOf(env: Env): ThrottlerOptions[] {
  const generalLimit = (context: ExecutionContext): number =>
    isRead(context) ? env.readLimitPerMinute : env.writeLimitPerMinute;
  return [
    { name: 'execute', limit: env.executeLimitPerMinute, ttl: ONLY_WHERE_ASKED },
    { name: 'run', limit: env.runLimitPerMinute, ttl: ONLY_WHERE_ASKED },
    { name: 'login', limit: env.loginLimitPerMinute, ttl: ONLY_WHERE_ASKED },
    {
      name: GENERAL_LIMIT,
      limit: generalLimit,
      ttl: WINDOW_MS,
      skipIf: (context) => generalLimit(context) === 0,
      // All routes together, reads and writes apart.
      generateKey: (context, tracker) => `${isRead(context) ? 'read' : 'write'}:${tracker}`,
      setHeaders: false,
    },
  ];
}

/**
 * Counts the requests of a route per client under one throttler and none of the others. Each route has
 * its own counter, except under a shared throttler.
 */
export const RateLimited = (name: RateLimitName): MethodDecorator => {
  const others = [...RATE_LIMITS, GENERAL_LIMIT].filter((other) => other !== name);
  return applyDecorators(
    Throttle({ [name]: { ttl: WINDOW_MS } }),
    SkipThrottle(Object.fromEntries(others.map((other) => [other, true]))),
  );
};

function isRead(context: ExecutionContext): boolean {
  const { method } = context.switchToHttp().getRequest<Request>();
  return method === 'GET' || method === 'HEAD';
}
