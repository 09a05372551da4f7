import { type Pool, type PoolClient } from 'pg';
import { databaseFailureOf } from '../../kernel/errors/database-failure.js';
import { databaseBusy, databaseUnavailable } from '../../kernel/errors/database-errors.js';
import { UnavailableError } from '../../kernel/errors/domain-error.js';
import { AnswerWatch } from './answer-watch.js';
import { FairShare } from './fair-share.js';
import { type PgClient } from './pg-client.js';

/** A connection of the pool. */
export type PooledClient = PoolClient & PgClient;

/** Whose work a connection is lent for, where nobody is named: jobs, schedules, the start. */
export const SYSTEM_CALLER = 'system';

/** How long a caller waits for a connection, in ms; then it is a 503. */
export const CONNECTION_WAIT_MS = 5000;

/** Lends the connections of a pool, fairly among callers, and none that is known to be of no use. */
export class Connections {
  private readonly share: FairShare;
  private readonly generations = new WeakMap<PoolClient, number>();
  private readonly watch = new AnswerWatch();
  private generation = 0;

  /** @param waitMs how long a caller waits, in ms, for its place and for a connection together */
  constructor(
    private readonly pool: Pool,
    private readonly waitMs = CONNECTION_WAIT_MS,
  ) {
    this.share = new FairShare(pool.options.max);
  }

  /**
   * A connection, which must be given back. It is closed when the server owes it an answer for longer
   * than `answerMs`, and a little for the way. Throws a 503 when none can be had or made.
   */
  async lend(caller: string, answerMs: number): Promise<PooledClient> {
    const since = performance.now();
    const entered = this.share.enter(caller, this.waitMs);
    if (entered) await entered;
    try {
      for (;;) {
        const connecting = this.pool.connect() as Promise<PooledClient>;
        // The pool limits a connect alone: after the wait for a place, that would be one limit more.
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

  /** Takes a connection back; one that is broken, or older than the last `renew`, is closed. */
  giveBack(caller: string, client: PooledClient, broken: boolean): void {
    this.watch.end(client);
    // pg's own end would wait for the answers that are outstanding, if need be for ever.
    if (broken && client.awaitsAnswer) client.abort(new Error('The connection was given up.'));
    client.release(broken || this.generations.get(client) !== this.generation);
    this.share.leave(caller);
  }

  /**
   * Closes every connection as soon as nobody uses it. The address of the database leads elsewhere by
   * now, or may: connections that stay open would keep to where it led before.
   */
  renew(): void {
    this.generation += 1;
  }
}

/** The connection, if it is there within `ms`; else a 503, and the connection goes back when it comes. */
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
