import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { type ThrottlerStorage } from '@nestjs/throttler';
import { TransactionRunner } from '../database/transactions/transaction-runner.js';
import { HitLeases, LEASE_MS, type UnusedHits } from './hit-leases.js';
import { type ThrottlerRecord, throttlerRecordOf } from './throttler-record.js';

interface Hit {
  readonly key: string;
  readonly ttl: number;
  readonly limit: number;
  /** How many hits it counts as. */
  readonly weight: number;
  /** Whether further hits of its key may be counted in advance. */
  readonly mayLease: boolean;
  readonly resolve: (usage: ThrottlerRecord) => void;
  readonly reject: (error: unknown) => void;
}

interface CounterRow {
  key: string;
  hits: number;
  expiresInMs: number;
  /** The end of the window, which names it. */
  window: string;
}

/** The end of a window in µs since 1970: it names the window, whatever the DateStyle of a session is. */
const WINDOW = '(extract(epoch FROM expires_at) * 1000000)::bigint::text';

/**
 * Counts any number of hits on any number of keys, in one statement. A window starts at its first hit and
 * is the database's time, so that replicas agree. Keys are sorted, so that two replicas that count the same
 * keys lock the rows in the same order.
 */
const COUNT_HITS = {
  name: 'count_rate_limit_hits',
  text: `
    INSERT INTO rate_limits AS counter (key, hits, expires_at)
    SELECT key, hits, clock_timestamp() + ttl * interval '1 millisecond'
    FROM unnest($1::text[], $2::int[], $3::int[]) AS new(key, hits, ttl)
    ON CONFLICT (key) DO UPDATE SET
      hits = CASE WHEN counter.expires_at <= clock_timestamp() THEN excluded.hits
                  ELSE LEAST(counter.hits::bigint + excluded.hits, 1000000000)::int END,
      expires_at = CASE WHEN counter.expires_at <= clock_timestamp() THEN excluded.expires_at
                        ELSE counter.expires_at END
    RETURNING key, hits, ${WINDOW} AS window,
      (extract(epoch FROM expires_at - clock_timestamp()) * 1000)::float8 AS "expiresInMs"`,
};

const TAKE_BACK = {
  name: 'take_back_rate_limit_hit',
  text: `
    UPDATE rate_limits SET hits = GREATEST(hits - $2::int, 0)
    WHERE key = $1 AND ($3::text IS NULL OR ${WINDOW} = $3)`,
};

/** A count must be much faster than its request. */
const COUNT_OPTIONS = { caller: 'rate limits', statementMs: 2000 };

/**
 * The counters of the rate limits, in PostgreSQL, so that they hold across replicas. While one statement
 * runs, further hits wait, and the next statement counts all of them: under load, many requests share a
 * round trip, and each still gets its exact number. Hits of a busy client that is far from its limit are
 * counted in advance, see {@link HitLeases}.
 */
@Injectable()
export class PostgresThrottlerStorage implements ThrottlerStorage, OnModuleDestroy {
  private readonly logger = new Logger(PostgresThrottlerStorage.name);
  private readonly leases = new HitLeases();
  /** Runs while a key is watched. */
  private sweep: NodeJS.Timeout | undefined;
  private waiting: Hit[] = [];
  private counting = false;

  constructor(private readonly transactions: TransactionRunner) {}

  /** Counts one hit; `ttl` in ms. Rejects when the database cannot be reached. */
  increment(key: string, ttl: number, limit: number): Promise<ThrottlerRecord> {
    const leased = this.leases.take(key, performance.now());
    if (leased) return Promise.resolve(throttlerRecordOf(limit, leased.number, leased.endsInMs));
    return this.enqueue({ key, ttl, limit, weight: 1, mayLease: true });
  }

  /** Counts a request as several hits, such as one a row. */
  add(weight: number, key: string, ttl: number, limit: number): Promise<ThrottlerRecord> {
    return this.enqueue({ key, ttl, limit, weight, mayLease: false });
  }

  /** Removes hits from the count, or from that of one window: with another, its hits are gone. */
  async takeBack(key: string, weight = 1, window: string | null = null): Promise<void> {
    await this.transactions.run((tx) => tx.execute(TAKE_BACK, [key, weight, window]));
  }

  onModuleDestroy(): void {
    clearTimeout(this.sweep);
  }

  private enqueue(hit: Omit<Hit, 'resolve' | 'reject'>): Promise<ThrottlerRecord> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ ...hit, resolve, reject });
      if (!this.counting) void this.countAll();
    });
  }

  private async countAll(): Promise<void> {
    this.counting = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      try {
        await this.count(batch);
      } catch (error) {
        for (const hit of batch) hit.reject(error);
      }
    }
    this.counting = false;
  }

  private async count(batch: readonly Hit[]): Promise<void> {
    const byKey = new Map<string, Hit[]>();
    for (const hit of batch) {
      const hits = byKey.get(hit.key);
      if (hits) hits.push(hit);
      else byKey.set(hit.key, [hit]);
    }
    const keys = [...byKey.keys()].sort();
    const sentAt = performance.now();
    const leased = new Map(keys.map((key) => [key, this.leasedFor(key, byKey.get(key), sentAt)]));
    const values = [
      keys,
      keys.map((key) => weightOf(byKey.get(key)) + (leased.get(key) ?? 0)),
      keys.map((key) => byKey.get(key)?.[0]?.ttl),
    ];
    const rows = await this.transactions.query<CounterRow>(COUNT_HITS, values, COUNT_OPTIONS);
    for (const row of rows) {
      const hits = byKey.get(row.key) ?? [];
      const inAdvance = leased.get(row.key) ?? 0;
      let total = row.hits - inAdvance - weightOf(hits);
      for (const { limit, weight, resolve } of hits) {
        total += weight;
        resolve(throttlerRecordOf(limit, total, row.expiresInMs));
      }
      const [first] = hits;
      if (first?.mayLease === true) this.lease(first, row, inAdvance, sentAt);
    }
  }

  private leasedFor(key: string, hits: readonly Hit[] = [], now: number): number {
    const [first] = hits;
    return first?.mayLease === true ? this.leases.wanted(key, weightOf(hits), first.limit, now) : 0;
  }

  private lease({ key, limit }: Hit, row: CounterRow, leased: number, sentAt: number): void {
    const counted = {
      limit,
      total: row.hits,
      window: row.window,
      // It was read after the statement was sent: so the window does not end before this.
      windowEndsAt: sentAt + row.expiresInMs,
    };
    for (const unused of this.leases.counted(key, counted, leased, sentAt)) {
      void this.giveBack(key, unused);
    }
    if (this.leases.size > 0) this.sweep ??= this.sweepLater();
  }

  /** The timer keeps no process alive. */
  private sweepLater(): NodeJS.Timeout {
    return setTimeout(() => {
      for (const [key, unused] of this.leases.expire(performance.now())) {
        void this.giveBack(key, unused);
      }
      this.sweep = this.leases.size > 0 ? this.sweepLater() : undefined;
    }, LEASE_MS).unref();
  }

  /** Takes hits back that were counted in advance. If that fails, they count until their window ends. */
  private async giveBack(key: string, { hits, window }: UnusedHits): Promise<void> {
    try {
      await this.takeBack(key, hits, window);
    } catch (error) {
      this.logger.warn({ msg: 'unused hits of a rate limit stay counted', err: error });
    }
  }
}

function weightOf(hits: readonly Hit[] = []): number {
  return hits.reduce((sum, { weight }) => sum + weight, 0);
}
