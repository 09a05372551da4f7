import { isNativeError } from 'node:util/types';
import { type QueryResult, type QueryResultRow } from 'pg';
import { type DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import {
  databaseFailureOf,
  IN_FAILED_TRANSACTION,
  NoAnswerError,
  sqlStateOf,
} from '../../kernel/errors/database-failure.js';
import { endsConnection } from '../../kernel/errors/sqlstates.js';
import { type Env } from '../../config/env.js';
import { type DomainEventName, type DomainEvents } from '../../events/domain-events.js';
import { recordEvent, type RecordedEvent } from '../../events/recorded-event.js';
import { bindable } from '../connections/bindable.js';
import { type PooledClient } from '../connections/connections.js';
import { sendAsOnePacket } from '../connections/one-packet.js';
import { type Statement } from '../connections/statement.js';
import { parseWalPosition, type WalPosition } from '../../kernel/wal-position.js';
import { insertEvents } from './insert-events.sql.js';

export { type Statement } from '../connections/statement.js';

/** The time limits of a transaction, in ms. */
export interface TransactionLimits {
  /** Longest statement. */
  readonly statementMs: number;
  /** Longest wait for a lock. */
  readonly lockMs: number;
}

/** The limits that the settings give every transaction that sets none of its own. */
export function limitsOf(
  env: Pick<Env, 'statementTimeoutMs' | 'lockTimeoutMs'>,
): TransactionLimits {
  return { statementMs: env.statementTimeoutMs, lockMs: env.lockTimeoutMs };
}

/** Longest pause between two statements, in ms: work that hangs must not keep its locks. */
const IDLE_LIMIT_MS = 60_000;

/** Savepoint of a part. Parts may be nested; PostgreSQL uses the innermost savepoint of a name. */
const SAVEPOINT: Statement = { name: 'savepoint', text: 'SAVEPOINT part' };
const RELEASE: Statement = { name: 'release_savepoint', text: 'RELEASE SAVEPOINT part' };
const ROLLBACK_TO: Statement = {
  name: 'rollback_to_savepoint',
  text: 'ROLLBACK TO SAVEPOINT part',
};

/** Where the next record of the write-ahead log will be. */
const WRITTEN_POSITION: Statement = {
  name: 'written_position',
  text: 'SELECT pg_current_wal_insert_lsn()::text AS position',
};

/**
 * One open database transaction. Statements are sent as they are called, without waiting for the
 * ones before (pg's pipeline mode): what is not awaited in between shares one round trip.
 */
export class Transaction {
  /** Events of this transaction, emitted after the commit. */
  readonly events: RecordedEvent[] = [];
  /** What is called back after the commit. */
  readonly callbacks = new Set<() => void>();
  /**
   * Set when the work was abandoned while it may still run: the connection must not be used again. Resolves
   * when the server has cancelled its statement or did not answer.
   */
  abandoned: Promise<void> | undefined;

  private runner: QueryRunner | undefined;
  private readonly pending: Promise<unknown>[] = [];
  private open = true;
  private firstError: unknown;
  private begun = false;
  private committing = false;
  private readonly noteError = (error: unknown): void => {
    this.firstError ??= error;
  };

  constructor(
    private readonly client: PooledClient,
    private readonly dataSource: DataSource,
    private readonly limits: TransactionLimits,
  ) {}

  /** Why the connection was lost or must be closed; undefined while it is usable. */
  get connectionError(): Error | undefined {
    const { firstError } = this;
    const lost = this.unanswered || endsConnection(databaseFailureOf(firstError));
    return lost && isNativeError(firstError) ? firstError : undefined;
  }

  /** Whether the server did not answer in time, so that it may still run what was sent. */
  get unanswered(): boolean {
    return this.firstError instanceof NoAnswerError;
  }

  /**
   * Whether a statement may still run that is to be cancelled. Not so once the COMMIT was sent: it may wait
   * for a standby, and a cancel would make it visible without one, to be answered and then lost in a
   * failover. What stands before it has its own time limits.
   */
  get mayBeCancelled(): boolean {
    return this.unanswered && !this.committing;
  }

  /**
   * Whether the connection turned out to be dead before PostgreSQL had begun the transaction. If the COMMIT
   * was sent in the same packet as the BEGIN, a connection that just ends proves nothing: only an error of
   * the server that it ends the session (class 57) does.
   */
  get neverBegan(): boolean {
    if (this.begun || !endsConnection(databaseFailureOf(this.firstError))) return false;
    return !this.committing || sqlStateOf(this.firstError)?.startsWith('57') === true;
  }

  /**
   * What made the transaction fail. A statement that was not awaited may have failed first: the later ones
   * only report that the transaction is aborted.
   */
  causeOf(error: unknown): unknown {
    const aborted =
      sqlStateOf(error) === IN_FAILED_TRANSACTION || error instanceof TransactionAbortedError;
    return aborted ? (this.firstError ?? error) : error;
  }

  /** TypeORM's manager on this transaction's connection. */
  get manager(): EntityManager {
    this.assertOpen();
    this.runner ??= joinTransaction(this.noting(this.dataSource.createQueryRunner()), this.client);
    return this.runner.manager;
  }

  /** Runs a statement and returns its rows. */
  query<Row extends QueryResultRow>(statement: Statement, values: unknown[] = []): Promise<Row[]> {
    return this.mayBeForgotten(this.rowsOf<Row>(statement, values));
  }

  /** Runs a statement that changes rows and returns how many. */
  execute(statement: Statement, values: unknown[] = []): Promise<number> {
    return this.mayBeForgotten(this.countOf(statement, values));
  }

  /** Sends a statement without waiting for its result; if it fails, the commit fails. */
  defer(statement: Statement, values: unknown[] = []): void {
    this.pending.push(this.mayBeForgotten(this.send(statement, values)));
  }

  /**
   * Calls this back after the commit, once however often it is given: to wake what waits for the rows that
   * were written. It must not throw.
   */
  afterCommit(callback: () => void): void {
    this.assertOpen();
    this.callbacks.add(callback);
  }

  /** Stores an event in this transaction; it is emitted after the commit. */
  publish<K extends DomainEventName>(eventKey: K, payload: DomainEvents[K]): void {
    this.assertOpen();
    this.events.push(recordEvent(eventKey, payload));
  }

  /**
   * Runs a part of the work in a savepoint: if it throws, its statements and events are rolled back, its
   * error is thrown, and the transaction can continue. One part at a time.
   */
  async part<T>(work: () => Promise<T>): Promise<T> {
    this.defer(SAVEPOINT);
    const before = { events: this.events.length, pending: this.pending.length };
    const { firstError } = this;
    try {
      const result = await work();
      this.defer(RELEASE);
      return result;
    } catch (error) {
      await this.execute(ROLLBACK_TO);
      // An error in the part was rolled back with it: it must not fail the commit.
      this.events.length = before.events;
      this.pending.length = before.pending;
      this.firstError = firstError;
      this.defer(RELEASE);
      throw error;
    }
  }

  /**
   * Sends BEGIN in one packet with the next statements. The transaction sets its own isolation level and
   * time limits, because the defaults of a database, a role or a pooler may differ.
   */
  begin(): void {
    const { statementMs, lockMs } = this.limits;
    const begun = this.sendText(`BEGIN ISOLATION LEVEL READ COMMITTED;
      SET LOCAL statement_timeout = ${statementMs};
      SET LOCAL lock_timeout = ${lockMs};
      SET LOCAL idle_in_transaction_session_timeout = ${IDLE_LIMIT_MS}`);
    this.pending.push(
      begun.then(() => {
        this.begun = true;
      }, this.noteError),
    );
  }

  /**
   * Abandons the work. Its running statement is cancelled; if the server does not answer that either, the
   * transaction fails with that error.
   */
  abandon(): void {
    this.abandoned = this.client.answersCancel().then((answered) => {
      if (!answered) this.noteError(new NoAnswerError());
    });
  }

  /** Stores the events and commits, in one round trip; throws the first error of anything deferred. */
  async commit(): Promise<void> {
    const { command } = await this.end('COMMIT', true);
    // A transaction that a swallowed error had aborted answers COMMIT with ROLLBACK, not with an error.
    if (command !== 'COMMIT') throw new TransactionAbortedError();
  }

  /**
   * The same, and returns a position in the write-ahead log that is not before the commit; undefined if that
   * could not be read. It shares the round trip.
   */
  async commitAt(): Promise<WalPosition | undefined> {
    const committed = this.commit();
    // In the same turn of the event loop, so behind the COMMIT in its packet.
    const position = this.client.query<{ position: string }>(WRITTEN_POSITION).then(
      ({ rows }) => parseWalPosition(rows[0]?.position ?? ''),
      () => undefined,
    );
    await committed;
    return position;
  }

  /** Does all that a commit does, deferred constraints included, and rolls back; throws what a commit throws. */
  async takeBack(): Promise<void> {
    await this.end('SET CONSTRAINTS ALL IMMEDIATE; ROLLBACK', false);
  }

  /** Rolls the transaction back. */
  async rollback(): Promise<void> {
    this.close();
    await this.mayBeForgotten(this.sendText('ROLLBACK'));
  }

  private async end(text: string, commits: boolean): Promise<QueryResult> {
    if (this.firstError !== undefined) throw new TransactionAbortedError();
    if (this.events.length > 0) {
      const { statement, values } = insertEvents(this.events);
      this.defer(statement, values);
    }
    this.committing = commits;
    const ended = this.mayBeForgotten(this.sendText(text));
    this.close();
    const answers = await Promise.allSettled([...this.pending, ended]);
    for (const answer of answers) if (answer.status === 'rejected') throw answer.reason;
    return ended;
  }

  private async rowsOf<Row extends QueryResultRow>(
    statement: Statement,
    values: unknown[],
  ): Promise<Row[]> {
    return (await this.send<Row>(statement, values)).rows;
  }

  private async countOf(statement: Statement, values: unknown[]): Promise<number> {
    return (await this.send(statement, values)).rowCount ?? 0;
  }

  private send<Row extends QueryResultRow>(
    statement: Statement,
    values: unknown[],
  ): Promise<QueryResult<Row>> {
    this.assertOpen();
    const query = {
      name: statement.name,
      text: statement.text,
      values: this.bindable(values),
    };
    sendAsOnePacket(this.client);
    return this.client.query<Row>(query);
  }

  /** Nothing of a transaction is committed in which a statement could not even be sent. */
  private bindable(values: unknown[]): unknown[] {
    try {
      return bindable(values);
    } catch (error) {
      this.noteError(error);
      throw error;
    }
  }

  private sendText(text: string): Promise<QueryResult> {
    sendAsOnePacket(this.client);
    return this.client.query(text);
  }

  /**
   * Marks a promise as handled, so that its rejection does not count as unhandled if it is not awaited. No
   * error is lost: the failed statement has aborted its transaction, so the commit fails.
   */
  private mayBeForgotten<T>(promise: Promise<T>): Promise<T> {
    promise.catch(this.noteError);
    return promise;
  }

  /**
   * Records that the connection was lost during a statement of TypeORM, whose errors are not seen here
   * otherwise. Other errors are not recorded, because a savepoint of TypeORM may roll them back.
   */
  private noting(runner: QueryRunner): QueryRunner {
    const query = runner.query.bind(runner) as (...args: unknown[]) => Promise<unknown>;
    runner.query = ((...args: unknown[]) => {
      const answer = query(...args);
      answer.catch((error: unknown) => {
        if (endsConnection(databaseFailureOf(error))) this.noteError(error);
      });
      return answer;
    }) as QueryRunner['query'];
    return runner;
  }

  /**
   * From here on, work that still runs gets an error instead of access to another transaction on the same
   * connection.
   */
  private close(): void {
    this.open = false;
    if (this.runner) Object.assign(this.runner, { isReleased: true, isTransactionActive: false });
  }

  private assertOpen(): void {
    if (!this.open) throw new TransactionClosedError();
  }
}

/** A statement came after the transaction had ended: an await is missing in the work. */
export class TransactionClosedError extends Error {
  constructor() {
    super('The transaction has already ended: await every statement before the work returns.');
    this.name = 'TransactionClosedError';
  }
}

/** A statement failed and the work caught its error: the transaction can't be committed. */
export class TransactionAbortedError extends Error {
  constructor() {
    super(
      'A statement of the transaction failed and its error was not passed on: nothing was committed.',
    );
    this.name = 'TransactionAbortedError';
  }
}

/**
 * Makes a query runner part of a transaction that was begun on the client by hand. The depth matters:
 * at 0, a nested transaction of TypeORM would COMMIT ours; at 1 it becomes a savepoint.
 */
function joinTransaction(runner: QueryRunner, client: PooledClient): QueryRunner {
  return Object.assign(runner, {
    databaseConnection: client,
    isTransactionActive: true,
    transactionDepth: 1,
  });
}
