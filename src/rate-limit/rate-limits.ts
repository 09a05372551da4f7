import { SetMetadata } from '@nestjs/common';
import { type Env } from '../config/env.js';

export type RateLimitName = 'execute' | 'run' | 'login';

/** How often a client may do something; the counts are shared by all replicas. */
export interface RateLimit {
  readonly name: RateLimitName;
  /** Requests a window. */
  readonly limit: number;
  /** Length of the window, in ms. */
  readonly ttl: number;
  /** Whether requests pass while the counters cannot be reached: a guessed password must not. */
  readonly failOpen: boolean;
}

/** Length of every window, in ms. */
export const WINDOW_MS = 60_000;

/** The limits of this process. Source: docs/http-api.md. */
export function rateLimits(env: Env): RateLimit[] {
  return [
    { name: 'execute', limit: env.executeLimitPerMinute, ttl: WINDOW_MS, failOpen: true },
    { name: 'run', limit: env.runLimitPerMinute, ttl: WINDOW_MS, failOpen: true },
    { name: 'login', limit: env.loginLimitPerMinute, ttl: WINDOW_MS, failOpen: false },
  ];
}

export const RATE_LIMITED = Symbol('RATE_LIMITED');

/** Counts the requests of a route per client under one of the limits; each route has its own counter. */
export const RateLimited = (name: RateLimitName): MethodDecorator =>
  SetMetadata(RATE_LIMITED, name);

/** Counts the requests of a route, or of all routes of a controller, under no limit at all. */
export const NotRateLimited = (): ClassDecorator & MethodDecorator =>
  SetMetadata(RATE_LIMITED, 'none');
