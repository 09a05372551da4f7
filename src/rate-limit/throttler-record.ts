import { type ThrottlerStorage } from '@nestjs/throttler';

/** What @nestjs/throttler asks of its storage; times in seconds. */
export type ThrottlerRecord = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/** The answer of a storage that has counted `totalHits` in a window which ends in `endsInMs`. */
export function throttlerRecordOf(
  limit: number,
  totalHits: number,
  endsInMs: number,
): ThrottlerRecord {
  const timeToExpire = Math.max(1, Math.ceil(endsInMs / 1000));
  const isBlocked = totalHits > limit;
  return { totalHits, timeToExpire, isBlocked, timeToBlockExpire: isBlocked ? timeToExpire : 0 };
}
