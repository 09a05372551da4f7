import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type Logger } from 'pino';
import { type PgClient } from '../../database/connections/pg-client.js';
import { type StartLock } from '../../database/start/start-lock.js';
import { StartWork } from '../../database/start/start-work.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { NIL_UUID } from '../../kernel/uuid.js';
import { LOGGER } from '../../logging/logger.js';
import { type NextBestAction } from './next-best-action.entity.js';
import * as sql from './search-index.sql.js';
import { searchTextOf } from './search-text.js';

/** The bytes of "nbas". */
const LOCK: StartLock = { key: 0x6e626173, purpose: 'prepares the search' };

/** Rows that are folded in one transaction. */
const BATCH = 500;

type Searched = Pick<NextBestAction, 'id' | 'title' | 'reason' | 'createdByRule'>;

/**
 * Prepares the search after a start, in the background: folds the rows of an earlier version, and builds the
 * trigram index. Search finds the same before, but reads more rows for it.
 */
@Injectable()
export class SearchIndex implements OnApplicationBootstrap {
  /** Ends when the search is prepared or could not be; never rejects. */
  prepared: Promise<void> = Promise.resolve();

  constructor(
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
    const [state] = await this.transactions.query<sql.SearchState & Record<string, boolean>>(
      sql.FIND_SEARCH_STATE,
    );
    if (state && (state.unfolded || !state.indexed)) {
      await this.work.run(LOCK, (client) => this.foldAndBuild(client));
    }
  }

  private async foldAndBuild(client: PgClient): Promise<void> {
    // First the rows: an index is built faster than it is filled.
    await this.foldAll();
    if (!this.work.stopped) await sql.buildSearchIndex(client);
  }

  private async foldAll(): Promise<void> {
    let after: string | undefined = NIL_UUID;
    while (after !== undefined && !this.work.stopped) after = await this.foldAfter(after);
  }

  /** Folds a batch and returns its last id; undefined after the last one. */
  private foldAfter(after: string): Promise<string | undefined> {
    return this.transactions.run(async (tx) => {
      const rows = await tx.query<Searched>(sql.FIND_UNFOLDED, [after, BATCH]);
      if (rows.length === 0) return undefined;
      await tx.execute(sql.FOLD, [rows.map(({ id }) => id), rows.map(searchTextOf)]);
      return rows.at(-1)?.id;
    });
  }
}
