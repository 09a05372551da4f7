import { Injectable } from '@nestjs/common';
import { type ThrottlerStorage } from '@nestjs/throttler';
import { TransactionRunner } from '../database/transactions/transaction-runner.js';
import { type ThrottlerRecord, throttlerRecordOf } from './throttler-record.js';

interface Hit {
  readonly key: string;
  readonly ttl: number;
  readonly limit: number;
  /** How many hits it counts as. */
  readonly weight: number;
  readonly resolve: (usage: ThrottlerRecord) => void;
  readonly reject: (error: unknown) => void;
}

interface CounterRow {
  key: string;
  hits: number;
  expiresInMs: number;
}

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
    RETURNING key, hits,
      (extract(epoch FROM expires_at - clock_timestamp()) * 1000)::float8 AS "expiresInMs"`,
};

const TAKE_BACK = {
  name: 'take_back_rate_limit_hit',
  text: `UPDATE rate_limits SET hits = GREATEST(hits - $2::int, 0) WHERE key = $1`,
};

/** A count must be much faster than its request. */
const COUNT_OPTIONS = { caller: 'rate limits', statementMs: 2000 };

/**
 * The counters of the rate limits, in PostgreSQL, so that they hold across replicas. While one statement
 * runs, further hits wait, and the next statement counts all of them: under load, many requests share a
 * round trip, and each still gets its exact number.
 */
@Injectable()
export class PostgresThrottlerStorage implements ThrottlerStorage {
  private waiting: Hit[] = [];
  private counting = false;

  constructor(private readonly transactions: TransactionRunner) {}

  /** Counts one hit; `ttl` in ms. Rejects when the database cannot be reached. */
  increment(key: string, ttl: number, limit: number): Promise<ThrottlerRecord> {
    return this.add(1, key, ttl, limit);
  }

  /** Counts a request as several hits, such as one a row. */
  add(weight: number, key: string, ttl: number, limit: number): Promise<ThrottlerRecord> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ key, ttl, limit, weight, resolve, reject });
      if (!this.counting) void this.countAll();
    });
  }

  /** Removes hits from the count. */
  async takeBack(key: string, weight = 1): Promise<void> {
    await this.transactions.run((tx) => tx.execute(TAKE_BACK, [key, weight]));
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
    const values = [
      keys,
      keys.map((key) => weightOf(byKey.get(key))),
      keys.map((key) => byKey.get(key)?.[0]?.ttl),
    ];
    const rows = await this.transactions.query<CounterRow>(COUNT_HITS, values, COUNT_OPTIONS);
    for (const row of rows) {
      const hits = byKey.get(row.key) ?? [];
      let total = row.hits - weightOf(hits);
      for (const { limit, weight, resolve } of hits) {
        total += weight;
        resolve(throttlerRecordOf(limit, total, row.expiresInMs));
      }
    }
  }
}

function weightOf(hits: readonly Hit[] = []): number {
  return hits.reduce((sum, { weight }) => sum + weight, 0);
}
