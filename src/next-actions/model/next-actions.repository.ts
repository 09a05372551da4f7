import { Injectable } from '@nestjs/common';
import { type Actor } from '../../kernel/actor.js';
import { type RowOf } from '../../database/sql/columns.js';
import { type PageStart } from '../../database/sql/list-query.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { type ListedNextAction, type NextAction } from './next-action.js';
import { listQueries, type NextActionFilter, type NextActionView } from './next-actions.list.js';
import * as sql from './next-actions.sql.js';

type Statements = Pick<Transaction, 'query' | 'execute' | 'defer'>;

/** Values of an NBA that an API client creates or updates. */
export type NewNextAction = RowOf<typeof sql.NEW_NEXT_ACTION>;

/** The statements of NBAs: no entity is hydrated on these paths. */
@Injectable()
export class NextActionsRepository {
  constructor(private readonly transactions: TransactionRunner) {}

  async find(id: string, actor: Actor): Promise<NextAction | undefined> {
    return (await this.transactions.query<NextAction>(sql.FIND, [id], { caller: actor }))[0];
  }

  /** A page of a list and the number of its rows, counted up to a limit, in one round trip. */
  async list(
    filter: NextActionFilter,
    view: NextActionView,
    start: PageStart & { readonly countLimit: number | undefined },
    actor: Actor,
  ): Promise<{ rows: ListedNextAction[]; counted: number }> {
    const { page, total } = listQueries(filter, start, view);
    const [rows, counts] = await this.transactions.read([page, total(start.countLimit)], {
      caller: actor,
    });
    return {
      rows: rows as unknown as ListedNextAction[],
      counted: (counts?.[0] as { total: number } | undefined)?.total ?? 0,
    };
  }

  /** Creates an NBA or updates the queued one with its dedupe key. */
  async upsert(
    tx: Statements,
    values: NewNextAction,
  ): Promise<{ nextAction: NextAction; created: boolean }> {
    const [row] = await tx.query<NextAction & { created: boolean }>(
      sql.UPSERT,
      sql.NEW_NEXT_ACTION.values(values),
    );
    if (!row) throw new Error('The upsert of a next best action returned no row.');
    const { created, ...nextAction } = row;
    return { nextAction, created };
  }

  /** Hides an open NBA from the queue until then, without a press, as for the demo. */
  async snooze(tx: Statements, id: string, until: Date): Promise<void> {
    await tx.execute(sql.SNOOZE, [id, until]);
  }
}
