import { type QueryResultRow } from 'pg';
import { type Logger } from 'pino';
import { type DataSource } from 'typeorm';
import { type Actor, callerOf } from '../../kernel/actor.js';
import { databaseFailureOf, NoAnswerError } from '../../kernel/errors/database-failure.js';
import { type DatabaseFailure, endsConnection } from '../../kernel/errors/sqlstates.js';
import { COMMITTED_EVENTS, TRANSACTION_RETRIES } from '../../kernel/observation/operations.js';
import { type EventBus } from '../../events/event-bus.js';
import { bindable } from '../connections/bindable.js';
import {
  type Connections,
  type PooledClient,
  type PoolUsage,
  SYSTEM_CALLER,
} from '../connections/connections.js';
import { sendAsOnePacket } from '../connections/one-packet.js';
import { type Query, type Statement } from '../connections/statement.js';
import { type CommitPositions } from './commit-positions.js';
import { Transaction, type TransactionLimits } from './transaction.js';

const MAX_ATTEMPTS = 4;

/** Options of a statement or transaction. */
export interface WorkOptions {
  /** On whose behalf it runs: no caller gets more than a fair share of the connections. */
  readonly caller?: Actor | string;
  /** Longest statement, in ms; STATEMENT_TIMEOUT_MS unless given. */
  readonly statementMs?: number;
}

/** Options of a transaction. */
export interface TransactionOptions extends WorkOptions {
  /** Longest wait for a lock, in ms; LOCK_TIMEOUT_MS unless given. */
  readonly lockMs?: number;
  /** Further errors after which the whole transaction runs again. */
  readonly retryOn?: (error: unknown) => boolean;
}

/**
 * Runs work in one transaction on one connection. After a serialization failure or a deadlock, the whole
 * work runs again, so it must have no effects outside the transaction. Events are emitted after the commit.
 * A broken connection is replaced once, if nothing of the work can have been committed.
 */
export class TransactionRunner {
  /** The actors that have a transaction open. */
  private readonly occupied = new WeakSet<Actor>();

  constructor(
    private readonly connections: Connections,
    private readonly dataSource: DataSource,
    private readonly limits: TransactionLimits,
    private readonly bus: EventBus,
    private readonly logger: Logger,
    /** Where commits are noted; only with a replica. */
    private readonly positions?: CommitPositions,
  ) {}

  /** How much of its pool is used at this moment. */
  get poolUsage(): PoolUsage {
    return this.connections.usage;
  }

  /**
   * Runs work with an open transaction of this actor. Until it ends, the actor can't begin another
   * transaction, which would commit independently, even if the first one fails. Actors are compared by
   * object identity, so each press needs its own object. (An AsyncLocalStorage would also find transactions
   * without a caller, but costs each press about 4 % CPU on Node.js 20.)
   */
  async inside<T>(actor: Actor, work: () => Promise<T>): Promise<T> {
    this.occupied.add(actor);
    const result = await work();
    // After a failure the actor stays occupied: an action that ran past its time limit may still go on.
    this.occupied.delete(actor);
    return result;
  }

  /** Throws a NestedTransactionError for an actor that has a transaction open. */
  assertOutside(caller: Actor | string | undefined): void {
    if (typeof caller === 'object' && this.occupied.has(caller)) throw new NestedTransactionError();
  }

  /** Runs the work, commits, emits its events and returns its result. */
  run<T>(work: (tx: Transaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    return this.repeat(work, options, (tx) => this.commit(tx, options.caller));
  }

  /**
   * Runs the work up to the commit and rolls it back: nothing of it stays, no event is emitted, and it throws
   * what `run` would throw.
   */
  tryOut<T>(work: (tx: Transaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    return this.repeat(work, options, (tx) => tx.takeBack());
  }

  private async repeat<T>(
    work: (tx: Transaction) => Promise<T>,
    options: TransactionOptions,
    end: (tx: Transaction) => Promise<void>,
  ): Promise<T> {
    this.assertOutside(options.caller);
    const caller = callerIn(options);
    const { statementMs = this.limits.statementMs, lockMs = this.limits.lockMs } = options;
    const limits = { statementMs, lockMs };
    let renewed = false;
    for (let attempt = 1; ; attempt++) {
      const client: PooledClient = await this.connections.lend(caller, limits.statementMs);
      const tx: Transaction = new Transaction(client, this.dataSource, limits);
      try {
        return await this.attempt(tx, client, caller, work, end);
      } catch (error) {
        const failure = databaseFailureOf(error);
        const lostRace = failure === 'retryable' || options.retryOn?.(error) === true;
        const deadConnection = tx.neverBegan || isCuredByFreshConnection(failure);
        if (!(lostRace && attempt < MAX_ATTEMPTS) && !(deadConnection && !renewed)) throw error;
        // The server that ended this connection may have ended the idle ones, too.
        if (deadConnection) this.connections.renew();
        renewed ||= deadConnection;
        TRANSACTION_RETRIES.happened({ reason: retryReason(failure) });
        this.logger.debug({ attempt, failure }, 'transaction runs again');
      }
    }
  }

  /**
   * Runs one statement in its own transaction and returns its rows: a read, or an idempotent write, because
   * it is sent again if its connection was lost.
   */
  async query<Row extends QueryResultRow>(
    statement: Statement,
    values: unknown[] = [],
    options: WorkOptions = {},
  ): Promise<Row[]> {
    const [rows] = await this.read([{ statement, values }], options);
    return (rows ?? []) as Row[];
  }

  /** Runs several reads on one connection in one round trip and returns the rows of each. */
  async read(queries: readonly Query[], options: WorkOptions = {}): Promise<QueryResultRow[][]> {
    const caller = callerIn(options);
    // Outside a transaction there is no statement_timeout: the client enforces the limit.
    const limitMs = options.statementMs ?? this.limits.statementMs;
    for (let attempt = 1; ; attempt++) {
      const client = await this.connections.lend(caller, limitMs);
      try {
        return await this.attemptRead(client, caller, queries);
      } catch (error) {
        const failure = databaseFailureOf(error);
        const again = failure === 'retryable' || (attempt === 1 && endsConnection(failure));
        if (!again || attempt === MAX_ATTEMPTS) throw error;
        if (endsConnection(failure)) this.connections.renew();
        TRANSACTION_RETRIES.happened({ reason: retryReason(failure) });
      }
    }
  }

  private async attempt<T>(
    tx: Transaction,
    client: PooledClient,
    caller: string,
    work: (tx: Transaction) => Promise<T>,
    end: (tx: Transaction) => Promise<void>,
  ): Promise<T> {
    let broken = true;
    try {
      tx.begin();
      const result = await work(tx);
      await end(tx);
      broken = false;
      return result;
    } catch (error) {
      const cause = tx.causeOf(error);
      const lost = tx.abandoned !== undefined || tx.connectionError !== undefined;
      broken = lost || !(await this.rolledBack(tx));
      this.noteFailure(tx.connectionError);
      throw cause;
    } finally {
      // Other connections may be dead, too.
      if (tx.unanswered) this.connections.renew();
      this.giveBack(client, caller, broken, tx.mayBeCancelled);
    }
  }

  private async commit(tx: Transaction, caller: TransactionOptions['caller']): Promise<void> {
    if (this.positions === undefined || typeof caller !== 'object') await tx.commit();
    else this.positions.note(caller, await tx.commitAt());
    for (const event of tx.events) {
      COMMITTED_EVENTS.happened(event);
      this.bus.emit(event);
    }
    for (const callback of tx.callbacks) callback();
  }

  private async attemptRead(
    client: PooledClient,
    caller: string,
    queries: readonly Query[],
  ): Promise<QueryResultRow[][]> {
    let failure: unknown;
    try {
      // All are checked before the first is sent.
      const configs = queries.map(({ statement: { name, text, replanned }, values }) => ({
        ...(replanned === true ? {} : { name }),
        text,
        values: bindable(values),
      }));
      sendAsOnePacket(client);
      const answers = await Promise.allSettled(
        configs.map((config) => client.query<QueryResultRow>(config)),
      );
      return answers.map((answer) => {
        if (answer.status === 'rejected') throw answer.reason;
        return answer.value.rows;
      });
    } catch (error) {
      failure = error;
      this.noteFailure(error);
      throw error;
    } finally {
      const unanswered = failure instanceof NoAnswerError;
      const broken = unanswered || endsConnection(databaseFailureOf(failure));
      this.giveBack(client, caller, broken, unanswered);
    }
  }

  private async rolledBack(tx: Transaction): Promise<boolean> {
    try {
      await tx.rollback();
      return true;
    } catch {
      return false;
    }
  }

  /**
   * After a read-only server or no answer, the database address may resolve to another server now; after a
   * stale prepared statement, the other connections have the same one.
   */
  private noteFailure(error: unknown): void {
    if (isCuredByFreshConnection(databaseFailureOf(error)) || error instanceof NoAnswerError) {
      this.connections.renew();
    }
  }

  /**
   * Releases a connection. A statement that may still run on a broken one is cancelled: otherwise it would
   * keep its locks until it ends by itself.
   */
  private giveBack(client: PooledClient, caller: string, broken: boolean, mayRun: boolean): void {
    if (mayRun) void client.cancelRunning();
    this.connections.giveBack(caller, client, broken);
  }
}

/** An action began its own transaction instead of using the one of its press. */
export class NestedTransactionError extends Error {
  constructor() {
    super(
      'A transaction began inside the transaction of a press. It would commit on its own, also where the press fails: pass the context’s tx to a method that takes it.',
    );
    this.name = 'NestedTransactionError';
  }
}

/** The caller in the options; jobs, schedules and the start name none. */
function callerIn({ caller = SYSTEM_CALLER }: WorkOptions): string {
  return typeof caller === 'string' ? caller : callerOf(caller);
}

/** Why a transaction runs again: the failure of the database, or an error that its caller asked to retry on. */
function retryReason(failure: DatabaseFailure | undefined): string {
  return failure ?? 'lost_race';
}

/** Failures of one connection, or of the server that the open connections lead to. */
function isCuredByFreshConnection(failure: DatabaseFailure | undefined): boolean {
  return failure === 'stale' || failure === 'read_only';
}
