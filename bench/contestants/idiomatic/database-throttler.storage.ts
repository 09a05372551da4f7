import { type ThrottlerStorage } from '@nestjs/throttler';
import { type DataSource } from 'typeorm';

type Usage = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/** Counts each request by a statement of its own, so that the limit holds across replicas. */
export class DatabaseThrottlerStorage implements ThrottlerStorage {
  constructor(private readonly dataSource: DataSource) {}

  async increment(key: string, ttl: number, limit: number): Promise<Usage> {
    const [counter] = await this.dataSource.query<{ hits: number; left: number }[]>(
      `INSERT INTO rate_limits AS counter (key, hits, expires_at)
       VALUES ($1, 1, now() + $2 * interval '1 millisecond')
       ON CONFLICT (key) DO UPDATE SET
         hits = CASE WHEN counter.expires_at <= now() THEN 1 ELSE counter.hits + 1 END,
         expires_at = CASE WHEN counter.expires_at <= now() THEN excluded.expires_at
                           ELSE counter.expires_at END
       RETURNING hits, ceil(extract(epoch FROM expires_at - now()))::int AS left`,
      [key, ttl],
    );
    const { hits = 1, left = 1 } = counter ?? {};
    const isBlocked = hits > limit;
    return {
      totalHits: hits,
      timeToExpire: left,
      isBlocked,
      timeToBlockExpire: isBlocked ? left : 0,
    };
  }
}
