import { SetMetadata } from '@nestjs/common';
import { type Env } from '../config/env.js';

export type RateLimitName = 'execute' | 'run' | 'login';

/** How often a client may do something. */
export interface RateLimit {
  readonly name: RateLimitName;
  /** Requests a window. */
  readonly limit: number;
  /** Length of the window, in ms. */
  readonly ttl: number;
  /** Whether requests pass while the counters cannot be reached: a guessed password must not. */
  readonly failOpen: boolean;
}

/** The limits of this process. Source: docs/http-api.md. */
export function rateLimits(env: Env): RateLimit[] {
  return [
    { name: 'execute', limit: env.executeLimitPerMinute, ttl: 60_000, failOpen: true },
    { name: 'run', limit: env.runLimitPerMinute, ttl: 60_000, failOpen: true },
    { name: 'login', limit: env.loginLimitPerMinute, ttl: 60_000, failOpen: false },
  ];
}

export const RATE_LIMITED = Symbol('RATE_LIMITED');

/** Counts the requests of a route per client under one of the limits; each route has its own counter. */
export const RateLimited = (name: RateLimitName): MethodDecorator =>
  SetMetadata(RATE_LIMITED, name);
