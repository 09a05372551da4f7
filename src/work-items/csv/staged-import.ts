import { uuidv7 } from 'uuidv7';
import { type Actor } from '../../kernel/actor.js';
import { type TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { isRaced, listOf, PushRacedError } from '../push.js';
import { type ChangeOptions, type DeskRefresh } from '../desk-refresh.js';
import { publishPushes, type ScopeChange, scopesOf } from '../work-item.events.js';
import { type BatchOutcome } from '../work-items.service.js';
import { type ImportTarget, NO_CHANGE } from './import-targets.js';
import * as sql from './staged-items.sql.js';

/** Longest statement that pushes a whole import, in ms. */
const PUSH_LIMIT_MS = 120_000;

type StagedChange = ScopeChange & { readonly raced: boolean };

/**
 * Stores an import all or nothing. Batches wait in a table, each written by a transaction of its own; at the
 * end one statement pushes them all. So no transaction is open while the client sends, which would hold up
 * the event feed, keep locks and keep a connection.
 */
export class StagedImport implements ImportTarget {
  private readonly id = uuidv7();
  private parts = 0;
  private items = 0;

  constructor(
    private readonly transactions: TransactionRunner,
    private readonly refresh: DeskRefresh,
    private readonly actor: Actor,
    private readonly options: ChangeOptions,
  ) {}

  async store(records: readonly string[]): Promise<BatchOutcome> {
    const part = this.parts + 1;
    await this.transactions.query(sql.STAGE, [this.id, part, listOf(records)], {
      caller: this.actor,
    });
    this.parts = part;
    this.items += records.length;
    return NO_CHANGE;
  }

  async finish(): Promise<BatchOutcome> {
    if (this.parts === 0) return NO_CHANGE;
    const changes = await this.transactions.run(
      async (tx) => {
        const [[staged], changed] = await Promise.all([
          tx.query<{ parts: number }>(sql.COUNT_PARTS, [this.id]),
          tx.query<StagedChange>(sql.PUSH_STAGED, [this.id]),
        ]);
        if (staged?.parts !== this.parts)
          throw new Error('Parts of an import were deleted meanwhile.');
        if (changed.some(({ raced }) => raced)) throw new PushRacedError();
        publishPushes(tx, changed, this.actor);
        await this.refresh.afterPush(tx, scopesOf(changed), this.options);
        tx.defer(sql.DISCARD, [this.id]);
        return changed;
      },
      { caller: this.actor, retryOn: isRaced, statementMs: PUSH_LIMIT_MS },
    );
    this.parts = 0;
    const created = total(changes.filter((change) => change.created));
    const updated = total(changes) - created;
    return { created, updated, unchanged: this.items - created - updated };
  }

  async discard(): Promise<void> {
    if (this.parts === 0) return;
    await this.transactions.query(sql.DISCARD, [this.id], { caller: this.actor });
  }
}

function total(changes: readonly ScopeChange[]): number {
  return changes.reduce((sum, { count }) => sum + count, 0);
}
