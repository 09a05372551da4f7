import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { ENV, type Env } from '../config/env.js';
import { PostgresThrottlerStorage } from '../rate-limit/postgres-throttler-storage.js';

/** Wrong passwords for one e-mail that cost nothing yet, and how long they are remembered, in ms. */
const FREE_TRIES = 5;
const REMEMBERED_MS = 15 * 60_000;
/** The first pause, in ms; each further one is twice as long. */
const FIRST_PAUSE_MS = 125;
/** Sign-ins of a process that pause at once. */
export const MAX_PAUSING = 1000;

/** The pause before a sign-in, in ms, after so many wrong passwords for its e-mail. */
export function pauseAfter(wrongTries: number, maxMs: number): number {
  if (wrongTries < FREE_TRIES) return 0;
  return Math.min(maxMs, FIRST_PAUSE_MS * 2 ** (wrongTries - FREE_TRIES));
}

/**
 * Slows down guesses at one e-mail's password, from wherever they come: up to 2 s a try. It never
 * refuses one, so nobody can keep somebody else from signing in. A pause holds no connection to the
 * database. Past 1000 pauses at once a process lets further tries through without one: to refuse them
 * would be the lock that this must not be.
 */
@Injectable()
export class SignInDelay {
  /** Sign-ins that pause now. */
  pausing = 0;

  constructor(
    private readonly counters: PostgresThrottlerStorage,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /**
   * Counts a try for an e-mail, given by its hash, and pauses as the tries before it demand. It counts
   * before it pauses, so that tries at once do not all see a count of none. Call `forgive` after a
   * right password. Rejects while the counters cannot be reached.
   */
  async pause(emailHash: string): Promise<void> {
    const { totalHits } = await this.counters.increment(keyOf(emailHash), REMEMBERED_MS, Infinity);
    const ms = pauseAfter(totalHits - 1, this.env.loginDelayMaxMs);
    if (ms === 0 || this.pausing >= MAX_PAUSING) return;
    this.pausing += 1;
    try {
      await delay(ms);
    } finally {
      this.pausing -= 1;
    }
  }

  /** Takes a try back: its password was right. */
  async forgive(emailHash: string): Promise<void> {
    await this.counters.takeBack(keyOf(emailHash));
  }
}

function keyOf(emailHash: string): string {
  return `login:tries:${emailHash}`;
}
