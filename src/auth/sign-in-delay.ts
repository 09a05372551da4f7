import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { ENV, type Env } from '../config/env.js';
import { PostgresThrottlerStorage } from '../rate-limit/postgres-throttler-storage.js';

/** Wrong passwords for one e-mail before the first pause, and how long they are counted, in ms. */
const FREE_TRIES = 5;
const REMEMBERED_MS = 15 * 60_000;
/** The first pause, in ms; each further one is twice as long. */
const FIRST_PAUSE_MS = 125;
/** Most sign-ins of a process that pause at the same time. */
export const MAX_PAUSING = 1000;

/** The pause before a sign-in, in ms, after so many wrong passwords for its e-mail. */
export function pauseAfter(wrongTries: number, maxMs: number): number {
  if (wrongTries < FREE_TRIES) return 0;
  return Math.min(maxMs, FIRST_PAUSE_MS * 2 ** (wrongTries - FREE_TRIES));
}

/**
 * Slows down password guessing against one e-mail, from any address: up to 2 s per attempt. It never
 * refuses, because a lock per e-mail would let an attacker keep its owner out. A pause holds no database
 * connection. Above 1000 concurrent pauses, a process lets further attempts through without one, because
 * refusing them would be such a lock.
 */
@Injectable()
export class SignInDelay {
  /** Sign-ins that are paused now. */
  pausing = 0;

  constructor(
    private readonly counters: PostgresThrottlerStorage,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /**
   * Counts an attempt for an e-mail, given by its hash, and pauses for a time that depends on the attempts
   * before. It counts before it pauses, so that concurrent attempts see each other. Call `forgive` after a
   * correct password. Rejects while the counters cannot be reached.
   */
  async pause(emailHash: string): Promise<void> {
    const { totalHits } = await this.counters.add(1, keyOf(emailHash), REMEMBERED_MS, Infinity);
    const ms = pauseAfter(totalHits - 1, this.env.loginDelayMaxMs);
    if (ms === 0 || this.pausing >= MAX_PAUSING) return;
    this.pausing += 1;
    try {
      await delay(ms);
    } finally {
      this.pausing -= 1;
    }
  }

  /** Removes an attempt from the count: its password was correct. */
  async forgive(emailHash: string): Promise<void> {
    await this.counters.takeBack(keyOf(emailHash));
  }
}

function keyOf(emailHash: string): string {
  return `login:tries:${emailHash}`;
}
