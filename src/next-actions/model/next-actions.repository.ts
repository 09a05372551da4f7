import { Injectable } from '@nestjs/common';
import { type Actor } from '../../kernel/actor.js';
import { type RowOf } from '../../database/sql/columns.js';
import { grantOf } from '../../database/sql/scope-condition.js';
import { estimateOf, type PageStart, totalIn } from '../../database/sql/list-query.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { Reads } from '../../database/replica/reads.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { type ListedNextAction, type NextAction } from './next-action.js';
import {
  listQueries,
  type NextActionFilter,
  type NextActionQueries,
  type NextActionView,
} from './next-actions.list.js';
import * as sql from './next-actions.sql.js';

type Statements = Pick<Transaction, 'query' | 'execute' | 'defer'>;

/** Values of an NBA that an API client creates or updates. */
export type NewNextAction = RowOf<typeof sql.NEW_NEXT_ACTION>;

/** Up to how many hits of a search are found and sorted at once. */
const FEW = 1001;

/** How many times the limit of a count the planner must expect for a search not to count its hits. */
const FAR_MORE = 5;

/** The statements of NBAs: no entity is hydrated on these paths. */
@Injectable()
export class NextActionsRepository {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly reads: Reads,
  ) {}

  async find(id: string, actor: Actor): Promise<NextAction | undefined> {
    const values = [id, grantOf(actor)];
    return (await this.transactions.query<NextAction>(sql.FIND, values, { caller: actor }))[0];
  }

  /** A page of a list and the number of its rows, counted up to a limit, in one round trip. */
  async list(
    filter: NextActionFilter,
    view: NextActionView,
    start: PageStart & { readonly countLimit: number | undefined },
    actor: Actor,
  ): Promise<{ rows: ListedNextAction[]; counted: number }> {
    const queries = listQueries(filter, start, view);
    if (queries.search) return this.search(queries, queries.search, start.countLimit, actor);
    const [rows, counts] = await this.reads.read([queries.page, queries.total(start.countLimit)], {
      caller: actor,
    });
    return { rows: rows as unknown as ListedNextAction[], counted: totalIn(counts) };
  }

  /**
   * A page of what a search finds. Few rows are found, counted and sorted at once. More of them stand close
   * together in the order of the list, so the page is read in that order. They are counted, too, unless the
   * statistics say that there are far more than the limit: reading thousands of texts would take longer than
   * all else, only to reach the limit.
   */
  private async search(
    { page, total }: NextActionQueries,
    { found, estimate }: NonNullable<NextActionQueries['search']>,
    countLimit: number | undefined,
    actor: Actor,
  ): Promise<{ rows: ListedNextAction[]; counted: number }> {
    const caller = { caller: actor };
    const few = countLimit === undefined ? undefined : FEW;
    const [hits = []] = await this.reads.read([found(few)], caller);
    const counted = totalIn(hits);
    if (counted !== few) return { rows: shownOf(hits), counted };
    const [rows, estimated] = await this.reads.read([page, estimate], caller);
    const many = estimateOf(estimated?.[0]) > FAR_MORE * (countLimit ?? 0);
    const [counts] = many ? [] : await this.reads.read([total(countLimit)], caller);
    return {
      rows: rows as unknown as ListedNextAction[],
      counted: counts === undefined ? (countLimit ?? 0) : totalIn(counts),
    };
  }

  /** Rows of a list, without the total. */
  rows(
    filter: NextActionFilter,
    view: NextActionView,
    start: PageStart,
    actor: Actor,
  ): Promise<ListedNextAction[]> {
    const { statement, values } = listQueries(filter, start, view).page;
    return this.reads.query<ListedNextAction>(statement, values, { caller: actor });
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

/** The rows of a page that has the total in each, or in one without an id where the page is empty. */
function shownOf(hits: readonly object[]): ListedNextAction[] {
  const rows = (hits as { id: string | null; total?: number }[]).filter(({ id }) => id !== null);
  for (const row of rows) delete row.total;
  return rows as unknown as ListedNextAction[];
}
