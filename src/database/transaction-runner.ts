import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { type Pool, type PoolClient, type QueryResultRow } from 'pg';
import { type Logger } from 'pino';
import { DataSource } from 'typeorm';
import { databaseFailureOf } from '../common/errors/database-failure.js';
import { LOGGER } from '../common/logging/logger.js';
import { EventBus } from '../events/event-bus.js';
import { sendAsOnePacket } from './one-packet.js';
import { type Statement, Transaction } from './transaction.js';

const MAX_ATTEMPTS = 4;

/** What a caller may ask of a transaction. */
export interface TransactionOptions {
  /** Further errors after which the whole transaction runs again. */
  readonly retryOn?: (error: unknown) => boolean;
}

/**
 * Runs work in one transaction on one connection. Serialization failures and deadlocks run the whole
 * work again, so the work must do nothing outside the transaction; events leave after the commit.
 */
@Injectable()
export class TransactionRunner {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly bus: EventBus,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Runs the work, commits, emits its events and returns its result. */
  async run<T>(
    work: (tx: Transaction) => Promise<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.attempt(work);
      } catch (error) {
        const again = databaseFailureOf(error) === 'retryable' || options.retryOn?.(error) === true;
        if (!again || attempt === MAX_ATTEMPTS) throw error;
        this.logger.debug({ attempt }, 'transaction lost a race and runs again');
      }
    }
  }

  /** Runs one statement in a transaction of its own and returns its rows. */
  async query<Row extends QueryResultRow>(
    statement: Statement,
    values: unknown[] = [],
  ): Promise<Row[]> {
    const result = await this.pool.query<Row>({
      name: statement.name,
      text: statement.text,
      values,
    });
    return result.rows;
  }

  /**
   * Runs the SQL of a library, which may be several statements with a transaction of their own. Where
   * it fails, its connection is closed: a text that stops after its BEGIN leaves it inside.
   */
  async executeSql(text: string, values?: unknown[]): Promise<{ rows: QueryResultRow[] }> {
    const client = await this.pool.connect();
    const onError = (): void => undefined;
    client.on('error', onError);
    let failed = true;
    try {
      const result = await client.query<QueryResultRow>(text, values);
      failed = false;
      return result;
    } finally {
      client.off('error', onError);
      client.release(failed);
    }
  }

  /** Runs several reads on one connection in one round trip and returns the rows of each. */
  async read(
    queries: readonly { statement: Statement; values: unknown[] }[],
  ): Promise<QueryResultRow[][]> {
    const client = await this.pool.connect();
    const onError = (): void => undefined;
    client.on('error', onError);
    sendAsOnePacket(client);
    const answers = await Promise.allSettled(
      queries.map(({ statement, values }) =>
        client.query<QueryResultRow>({ ...statement, values }),
      ),
    );
    client.off('error', onError);
    client.release();
    return answers.map((answer) => {
      if (answer.status === 'rejected') throw answer.reason;
      return answer.value.rows;
    });
  }

  private async attempt<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    // Without a listener, a connection that the server closes under us would end the process.
    const onError = (): void => undefined;
    client.on('error', onError);
    const tx = new Transaction(client, this.dataSource);
    let broken = true;
    try {
      tx.begin();
      const result = await work(tx);
      await tx.commit();
      broken = false;
      for (const event of tx.events) this.bus.emit(event);
      return result;
    } catch (error) {
      broken = tx.abandoned || !(await this.rolledBack(tx));
      throw error;
    } finally {
      if (broken) {
        this.discard(client);
      } else {
        client.off('error', onError);
        client.release();
      }
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
   * Closes a connection that must not be used again and ends its server process, whose open
   * transaction would else hold its locks until the running statement ends.
   */
  private discard(client: PoolClient): void {
    const { processID } = client as PoolClient & { processID: number | null };
    client.release(true);
    if (processID === null) return;
    this.pool
      .query('SELECT pg_terminate_backend($1)', [processID])
      .catch((error: unknown) =>
        this.logger.debug({ err: error }, 'a discarded connection ends by itself'),
      );
  }

  private get pool(): Pool {
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }
}
