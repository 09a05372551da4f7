import { createHash } from 'node:crypto';
import { type PoolClient, type QueryResult, type QueryResultRow } from 'pg';
import { type DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import { type DomainEventName, type DomainEvents } from '../events/domain-events.js';
import { INSERT_EVENTS, recordEvent, type RecordedEvent } from '../events/recorded-event.js';
import { sendAsOnePacket } from './one-packet.js';

/** A prepared statement: the server plans a name once per connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** A part of a transaction: parts may hold parts, the names shadow each other. */
const SAVEPOINT: Statement = { name: 'savepoint', text: 'SAVEPOINT part' };
const RELEASE: Statement = { name: 'release_savepoint', text: 'RELEASE SAVEPOINT part' };
const ROLLBACK_TO: Statement = {
  name: 'rollback_to_savepoint',
  text: 'ROLLBACK TO SAVEPOINT part',
};

/**
 * One open database transaction. Statements are sent as they are called, without waiting for the
 * ones before (pg's pipeline mode): what is not awaited in between shares one round trip.
 */
export class Transaction {
  /** Events of this transaction, emitted after the commit. */
  readonly events: RecordedEvent[] = [];
  /** Set when the work was given up while it may still run: the connection must not be used again. */
  abandoned = false;

  private runner: QueryRunner | undefined;
  private readonly pending: Promise<unknown>[] = [];
  private open = true;

  constructor(
    private readonly client: PoolClient,
    private readonly dataSource: DataSource,
  ) {}

  /** TypeORM's manager on this transaction's connection. */
  get manager(): EntityManager {
    this.assertOpen();
    this.runner ??= joinTransaction(this.dataSource.createQueryRunner(), this.client);
    return this.runner.manager;
  }

  /** Runs a statement and returns its rows. */
  query<Row extends QueryResultRow>(statement: Statement, values: unknown[] = []): Promise<Row[]> {
    return mayBeForgotten(this.rowsOf<Row>(statement, values));
  }

  /** Runs a statement that changes rows and returns how many. */
  execute(statement: Statement, values: unknown[] = []): Promise<number> {
    return mayBeForgotten(this.countOf(statement, values));
  }

  /**
   * Runs the SQL of a library in this transaction: the shape that pg-boss asks of its `db`. Its texts
   * are few and constant, so each is prepared, too.
   */
  async executeSql(text: string, values: unknown[] = []): Promise<{ rows: QueryResultRow[] }> {
    const { rows } = await this.send({ name: nameOf(text), text }, values);
    return { rows };
  }

  /** Sends a statement whose answer nobody waits for before the commit; the commit fails if it fails. */
  defer(statement: Statement, values: unknown[] = []): void {
    const sent = this.send(statement, values);
    sent.catch(() => undefined);
    this.pending.push(sent);
  }

  /** Stores an event in this transaction; listeners hear of it after the commit. */
  publish<K extends DomainEventName>(eventKey: K, payload: DomainEvents[K]): void {
    this.assertOpen();
    this.events.push(recordEvent(eventKey, payload));
  }

  /**
   * Runs a part of the work that may fail alone: where it throws, its statements and events are taken
   * back, its error is thrown, and the transaction goes on. One part at a time.
   */
  async part<T>(work: () => Promise<T>): Promise<T> {
    this.defer(SAVEPOINT);
    const published = this.events.length;
    try {
      const result = await work();
      this.defer(RELEASE);
      return result;
    } catch (error) {
      this.events.length = published;
      await this.execute(ROLLBACK_TO);
      this.defer(RELEASE);
      throw error;
    }
  }

  /** Sends BEGIN along with whatever follows it. */
  begin(): void {
    sendAsOnePacket(this.client);
    const begun = this.client.query('BEGIN');
    begun.catch(() => undefined);
    this.pending.push(begun);
  }

  /** Stores the events and commits, in one round trip; throws the first error of anything deferred. */
  async commit(): Promise<void> {
    if (this.events.length > 0) this.defer(INSERT_EVENTS, [JSON.stringify(this.events)]);
    sendAsOnePacket(this.client);
    const committed = this.client.query('COMMIT');
    this.close();
    const answers = await Promise.allSettled([...this.pending, committed]);
    for (const answer of answers) if (answer.status === 'rejected') throw answer.reason;
    // A transaction that a swallowed error had aborted answers COMMIT with ROLLBACK, not with an error.
    const { command } = await committed;
    if (command !== 'COMMIT') throw new TransactionAbortedError();
  }

  /** Takes everything back. */
  async rollback(): Promise<void> {
    this.close();
    await this.client.query('ROLLBACK');
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
    sendAsOnePacket(this.client);
    return this.client.query<Row>({ name: statement.name, text: statement.text, values });
  }

  /** From here on, work that was left running gets an error instead of somebody else's transaction. */
  private close(): void {
    this.open = false;
    if (this.runner) Object.assign(this.runner, { isReleased: true, isTransactionActive: false });
  }

  private assertOpen(): void {
    if (!this.open) throw new TransactionClosedError();
  }
}

/**
 * A promise whose rejection ends no process although nobody awaits it. Nothing is lost by that: the
 * statement that failed has aborted its transaction, so that the commit fails.
 */
function mayBeForgotten<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

const names = new Map<string, string>();

/** A name that stands for a statement's text. */
function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = `library_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
    names.set(text, name);
  }
  return name;
}

/** A statement came after the transaction had ended: an await is missing in the work. */
export class TransactionClosedError extends Error {
  constructor() {
    super('The transaction has already ended: await every statement before the work returns.');
    this.name = 'TransactionClosedError';
  }
}

/** A statement failed, the work caught its error and went on: nothing of it can be committed. */
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
function joinTransaction(runner: QueryRunner, client: PoolClient): QueryRunner {
  return Object.assign(runner, {
    databaseConnection: client,
    isTransactionActive: true,
    transactionDepth: 1,
  });
}
