import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { ThrottlerGuard, type ThrottlerRequest, type ThrottlerStorage } from '@nestjs/throttler';
import { type Request, type Response } from 'express';
import { clientAddress, clientNetwork } from '../http/request/client-address.js';
import { MemoryThrottlerStorage } from './memory-throttler-storage.js';
import { FAIL_OPEN, GENERAL_LIMIT, ONLY_WHERE_ASKED, SHARED } from './rate-limits.js';
import { enforceRateLimit, rateLimitStateOf } from './rate-limit-headers.js';
import { type ThrottlerRecord } from './throttler-record.js';

/**
 * The throttler guard, keyed by the signed-in user and, without one, by the client's address (an IPv6
 * client by its /64). It runs after the caller was identified and before an unknown one is refused, so that
 * requests without a token are limited, too.
 */
@Injectable()
export class RateLimitGuard extends ThrottlerGuard {
  @Inject(MemoryThrottlerStorage) private readonly memory!: MemoryThrottlerStorage;

  /**
   * Counts a request under one throttler. It differs from the library's method in three points: the headers
   * have the same names for every throttler, the general limit has its own counters, and it handles
   * unavailable counters.
   */
  protected override async handleRequest(asked: ThrottlerRequest): Promise<boolean> {
    const { context, limit, ttl, throttler, getTracker, generateKey } = asked;
    if (ttl === ONLY_WHERE_ASKED) return true;
    const http = context.switchToHttp();
    const name = throttler.name ?? GENERAL_LIMIT;
    const tracker = await getTracker(http.getRequest<Request>(), context);
    const usage = await this.count(generateKey(context, tracker, name), name, asked);
    if (usage && (usage.isBlocked || throttler.setHeaders !== false)) {
      enforceRateLimit(http.getResponse<Response>(), rateLimitStateOf(limit, usage), name);
    }
    return true;
  }

  protected override getTracker(request: Request): Promise<string> {
    const user = request.user as { id: string } | undefined;
    return Promise.resolve(
      user ? `user:${user.id}` : `ip:${clientNetwork(clientAddress(request))}`,
    );
  }

  protected override generateKey(context: ExecutionContext, tracker: string, name: string): string {
    // Passwords are tried by several routes; those who use one after the other get no more tries.
    if (SHARED.has(name)) return `${name}:${tracker}`;
    return `${name}:${context.getClass().name}.${context.getHandler().name}:${tracker}`;
  }

  /**
   * The counter after this request; undefined if it could not be counted and the request passes
   * nevertheless.
   */
  private async count(
    key: string,
    name: string,
    { ttl, limit, blockDuration }: ThrottlerRequest,
  ): Promise<ThrottlerRecord | undefined> {
    const storage: ThrottlerStorage = name === GENERAL_LIMIT ? this.memory : this.storageService;
    try {
      return await storage.increment(key, ttl, limit, blockDuration, name);
    } catch (error) {
      if (!FAIL_OPEN.has(name)) throw error;
      const msg = 'rate limit not counted: its store is away';
      this.logger.warn({ msg, err: error, limit: name });
      return undefined;
    }
  }
}
