import { type Pool, type PoolClient } from 'pg';
import { databaseFailureOf } from '../../kernel/errors/database-failure.js';
import { databaseBusy, databaseUnavailable } from '../../kernel/errors/database-errors.js';
import { CONNECTION_WAITS, type ConnectionWaitFacts } from '../../kernel/observation/operations.js';
import { UnavailableError } from '../../kernel/errors/domain-error.js';
import { AnswerWatch } from './answer-watch.js';
import { FairShare } from './fair-share.js';
import { type PgClient } from './pg-client.js';

/** A connection of the pool. */
export type PooledClient = PoolClient & PgClient;

/** The caller of work that names none: jobs, schedules, the start. */
export const SYSTEM_CALLER = 'system';

/** How long a caller waits for a connection, in ms, before a 503. */
export const CONNECTION_WAIT_MS = 5000;

/** How much of a pool is used at this moment. */
export interface PoolUsage {
  /** Most connections. */
  readonly size: number;
  /** Open connections, idle ones included. */
  readonly open: number;
  readonly inUse: number;
  /** Callers that wait for one. */
  readonly waiting: number;
}

/** Shares the connections of a pool fairly among callers, and hands out none that is known to be broken. */
export class Connections {
  private readonly share: FairShare;
  private readonly generations = new WeakMap<PoolClient, number>();
  private readonly watch = new AnswerWatch();
  private generation = 0;

  /** @param waitMs how long a caller waits, in ms, for its share and for a connection together */
  constructor(
    private readonly pool: Pool,
    private readonly waitMs = CONNECTION_WAIT_MS,
    private readonly facts: ConnectionWaitFacts = { pool: 'main' },
  ) {
    this.share = new FairShare(pool.options.max);
  }

  /** How much of the pool is used at this moment. */
  get usage(): PoolUsage {
    const { options, totalCount, idleCount, waitingCount } = this.pool;
    return {
      size: options.max,
      open: totalCount,
      inUse: totalCount - idleCount,
      // For their share, or behind repositories, which ask the pool itself.
      waiting: this.share.usage.waiting + waitingCount,
    };
  }

  /**
   * Acquires a connection, which must be released. It is closed if an answer takes longer than `answerMs`
   * plus a margin. Throws a 503 if no connection is free or can be opened in time.
   */
  lend(caller: string, answerMs: number): Promise<PooledClient> {
    return CONNECTION_WAITS.run(this.facts, () => this.acquire(caller, answerMs));
  }

  /** Releases a connection; one that is broken, or older than the last `renew`, is closed. */
  giveBack(caller: string, client: PooledClient, broken: boolean): void {
    this.watch.end(client);
    // pg's own `end` would wait for outstanding answers, without a limit.
    if (broken && client.awaitsAnswer) client.abort(new Error('The connection was given up.'));
    client.release(broken || this.generations.get(client) !== this.generation);
    this.share.leave(caller);
  }

  /**
   * Closes every connection as soon as it is idle. The database address may resolve to another server now,
   * and open connections would stay with the old one.
   */
  renew(): void {
    this.generation += 1;
  }

  private async acquire(caller: string, answerMs: number): Promise<PooledClient> {
    const since = performance.now();
    const entered = this.share.enter(caller, this.waitMs);
    if (entered) await entered;
    try {
      for (;;) {
        const connecting = this.pool.connect() as Promise<PooledClient>;
        // The pool limits only the connect itself; the wait for a share must count against the same limit.
        const client = await (entered
          ? inTime(connecting, this.waitMs - (performance.now() - since))
          : connecting);
        const generation = this.generations.get(client);
        if (generation === undefined) this.generations.set(client, this.generation);
        else if (generation !== this.generation) {
          client.release(true);
          continue;
        }
        this.watch.begin(client, answerMs);
        return client;
      }
    } catch (error) {
      this.share.leave(caller);
      if (error instanceof UnavailableError || databaseFailureOf(error) !== undefined) throw error;
      throw databaseUnavailable(error);
    }
  }
}

/**
 * The connection, if it is ready within `ms`; else a 503, and the connection is released when it is ready.
 */
async function inTime(connecting: Promise<PooledClient>, ms: number): Promise<PooledClient> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), Math.max(0, ms));
  });
  try {
    const client = await Promise.race([connecting, timeUp]);
    if (client) return client;
  } finally {
    clearTimeout(timer);
  }
  connecting.then(
    (late) => late.release(),
    () => undefined,
  );
  throw databaseBusy();
}
