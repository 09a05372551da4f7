import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { ThrottlerGuard } from '@nestjs/throttler';
import { type Request, type Response } from 'express';
import { clientAddress, clientNetwork } from '../http/request/client-address.js';
import { LocalRateLimiter } from './local-rate-limiter.js';
import { RateLimiter } from './rate-limiter.js';
import { RATE_LIMITED, type RateLimitName } from './rate-limits.js';

/**
 * The throttler guard, keyed by the signed-in user and, without one, by the client's address (an IPv6
 * client by its /64). It stands between identifying the caller and refusing an unknown one, so that a
 * flood without a token is limited, too. A route with a limit of its own carries the headers on every
 * answer; every other one is counted in memory, as a read or a write.
 */
@Injectable()
export class RateLimitGuard extends ThrottlerGuard {
  @Inject(RateLimiter) private readonly limiter!: RateLimiter;
  @Inject(LocalRateLimiter) private readonly local!: LocalRateLimiter;

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const handler = context.getHandler();
    const name = this.reflector.getAllAndOverride<RateLimitName | 'none' | undefined>(
      RATE_LIMITED,
      [handler, context.getClass()],
    );
    if (name === 'none') return true;
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    if (name !== undefined) {
      const route = `${context.getClass().name}.${handler.name}`;
      await this.limiter.consume(name, `${route}:${trackerOf(request)}`, response);
    } else if (this.local.limitFor(request.method) > 0) {
      this.local.consume(request.method, trackerOf(request), response);
    }
    return true;
  }
}

function trackerOf(request: Request): string {
  const user = request.user as { id: string } | undefined;
  return user ? `user:${user.id}` : `ip:${clientNetwork(clientAddress(request))}`;
}
