import { type ThrottlerStorage } from '@nestjs/throttler';

/** What a storage of @nestjs/throttler returns; times in seconds. */
export type ThrottlerRecord = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/** The record of a storage that has counted `totalHits` in a window that ends in `endsInMs`. */
export function throttlerRecordOf(
  limit: number,
  totalHits: number,
  endsInMs: number,
): ThrottlerRecord {
  const timeToExpire = Math.max(1, Math.ceil(endsInMs / 1000));
  const isBlocked = totalHits > limit;
  return { totalHits, timeToExpire, isBlocked, timeToBlockExpire: isBlocked ? timeToExpire : 0 };
}
