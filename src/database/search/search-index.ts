import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type Logger } from 'pino';
import { foldedTexts } from '../../kernel/search-text.js';
import { NIL_UUID } from '../../kernel/uuid.js';
import { LOGGER } from '../../logging/logger.js';
import { type PgClient } from '../connections/pg-client.js';
import { type StartLock } from '../start/start-lock.js';
import { StartWork } from '../start/start-work.js';
import { TransactionRunner } from '../transactions/transaction-runner.js';
import * as sql from './search-index.sql.js';
import { type SearchedTable } from './searched-table.js';

/** The tables whose search is prepared. */
export const SEARCHED_TABLES = Symbol('SEARCHED_TABLES');

/** The bytes of "nbas". */
const LOCK: StartLock = { key: 0x6e626173, purpose: 'prepares the search' };

/** Rows that are folded in one transaction. */
const BATCH = 500;

/**
 * Prepares the search after a start, in the background: folds the rows of an earlier version, and builds the
 * trigram indexes. Search finds the same before, but reads more rows for it.
 */
@Injectable()
export class SearchIndex implements OnApplicationBootstrap {
  /** Ends when the search is prepared or could not be; never rejects. */
  prepared: Promise<void> = Promise.resolve();

  constructor(
    @Inject(SEARCHED_TABLES) private readonly tables: readonly SearchedTable[],
    private readonly transactions: TransactionRunner,
    private readonly work: StartWork,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.prepared = this.prepare().catch((error: unknown) => {
      if (error instanceof sql.NoSearchIndexError) this.logger.warn(error.message);
      else
        this.logger.warn(
          { err: error },
          'the search could not be prepared: the next start tries it again',
        );
    });
  }

  private async prepare(): Promise<void> {
    const unprepared: SearchedTable[] = [];
    for (const table of this.tables) {
      const [state] = await this.transactions.query<sql.SearchState & Record<string, boolean>>(
        sql.findSearchState(table),
      );
      if (state && (state.unfolded || !state.indexed)) unprepared.push(table);
    }
    if (unprepared.length === 0) return;
    await this.work.run(LOCK, async (client) => {
      for (const table of unprepared) await this.foldAndBuild(client, table);
    });
  }

  private async foldAndBuild(client: PgClient, table: SearchedTable): Promise<void> {
    // First the rows: an index is built faster than it is filled.
    await this.foldAll(table);
    if (!this.work.stopped) await sql.buildSearchIndex(client, table);
  }

  private async foldAll(table: SearchedTable): Promise<void> {
    let after: string | undefined = NIL_UUID;
    while (after !== undefined && !this.work.stopped) after = await this.foldAfter(table, after);
  }

  /** Folds a batch and returns its last id; undefined after the last one. */
  private foldAfter(table: SearchedTable, after: string): Promise<string | undefined> {
    return this.transactions.run(async (tx) => {
      const rows = await tx.query<sql.Unfolded>(sql.findUnfolded(table), [after, BATCH]);
      if (rows.length === 0) return undefined;
      const texts = rows.map((row) => foldedTexts(...row.texts));
      await tx.execute(sql.storeFolded(table), [rows.map(({ id }) => id), texts]);
      return rows.at(-1)?.id;
    });
  }
}
