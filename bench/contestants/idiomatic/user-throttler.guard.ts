import { Injectable } from '@nestjs/common';
import { ThrottlerGuard } from '@nestjs/throttler';
import { type CurrentUser } from './jwt.strategy.js';

/** Counts by user, not by address. */
@Injectable()
export class UserThrottlerGuard extends ThrottlerGuard {
  protected override getTracker(request: { user?: CurrentUser; ip?: string }): Promise<string> {
    return Promise.resolve(request.user?.id ?? request.ip ?? '');
  }
}
