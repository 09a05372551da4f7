import { Injectable } from '@nestjs/common';
import { type QueryResultRow } from 'pg';
import { columnsOf } from '../database/sql/columns.js';
import { type Statement, type Transaction } from '../database/transactions/transaction.js';
import { TransactionRunner } from '../database/transactions/transaction-runner.js';
import { FeedCursorRow } from './feed-cursor.entity.js';
import { type FeedPosition } from './feed-position.js';

const CURSOR = columnsOf(FeedCursorRow).without('updatedAt');
const POSITION = CURSOR.without('name');

const CREATE: Statement = {
  name: 'create_feed_cursor',
  text: `
    INSERT INTO feed_cursors (${CURSOR.names()}) VALUES (${CURSOR.parameters()})
    ON CONFLICT (name) DO NOTHING`,
};

/** Another process that has the cursor is at work: there is no need to wait for it. */
const TAKE: Statement = {
  name: 'take_feed_cursor',
  text: `SELECT ${POSITION.select()} FROM feed_cursors WHERE name = $1 FOR UPDATE SKIP LOCKED`,
};

const MOVE: Statement = {
  name: 'move_feed_cursor',
  text: `
    UPDATE feed_cursors SET (${POSITION.names()}, updated_at) = ($2, $3, $4, now())
    WHERE name = $1`,
};

const NAMES: Statement = {
  name: 'list_feed_cursors',
  text: 'SELECT name FROM feed_cursors WHERE starts_with(name, $1) ORDER BY name',
};

/** The stored cursors of consumers. */
@Injectable()
export class FeedCursors {
  constructor(private readonly transactions: TransactionRunner) {}

  /** The names that begin so, of consumers that are there and of those that were. */
  async names(prefix: string): Promise<string[]> {
    const rows = await this.transactions.query<{ name: string }>(NAMES, [prefix]);
    return rows.map(({ name }) => name);
  }

  /** Creates a cursor, unless there is one. */
  async create(tx: Transaction, name: string, at: FeedPosition): Promise<void> {
    await tx.execute(CREATE, CURSOR.values({ name, ...at }));
  }

  /** The position of a cursor, locked until the transaction ends; undefined while another one has it. */
  async take(tx: Transaction, name: string): Promise<FeedPosition | undefined> {
    const [row] = await tx.query<FeedPosition & QueryResultRow>(TAKE, [name]);
    return row;
  }

  /** Moves a cursor with the commit. */
  move(tx: Transaction, name: string, { epoch, xid, id }: FeedPosition): void {
    tx.defer(MOVE, [name, epoch, xid, id]);
  }
}
