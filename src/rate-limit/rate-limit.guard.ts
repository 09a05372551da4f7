import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { ThrottlerGuard } from '@nestjs/throttler';
import { type Request, type Response } from 'express';
import { RateLimiter } from './rate-limiter.js';
import { RATE_LIMITED, type RateLimitName } from './rate-limits.js';

/**
 * The throttler guard, keyed by the signed-in user and, without one, by the IP (an IPv6 client by its
 * subnet). It stands between identifying the caller and refusing an unknown one, so that a flood
 * without a token is limited, too, and every answer of the route carries the headers.
 */
@Injectable()
export class RateLimitGuard extends ThrottlerGuard {
  @Inject(RateLimiter) private readonly limiter!: RateLimiter;

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const handler = context.getHandler();
    const name = this.reflector.get<RateLimitName | undefined>(RATE_LIMITED, handler);
    if (name === undefined) return true;
    const { req, res } = this.getRequestResponse(context) as unknown as {
      req: Request;
      res: Response;
    };
    const tracker = await this.getTracker(req as unknown as Record<string, unknown>);
    await this.limiter.consume(name, `${context.getClass().name}.${handler.name}:${tracker}`, res);
    return true;
  }

  protected override async getTracker(request: Record<string, unknown>): Promise<string> {
    const user = request.user as { id: string } | undefined;
    return user ? `user:${user.id}` : `ip:${await super.getTracker(request)}`;
  }
}
