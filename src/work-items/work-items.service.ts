import { Injectable } from '@nestjs/common';
import { type Actor } from '../kernel/actor.js';
import { csvPages } from '../http/csv/csv-pages.js';
import { Paginator } from '../http/paging/paginator.js';
import {
  type FieldError,
  NotFoundError,
  ValidationFailedError,
} from '../kernel/errors/domain-error.js';
import { scopesToRead } from '../kernel/grants.js';
import { type Transaction } from '../database/transactions/transaction.js';
import { Reads } from '../database/replica/reads.js';
import { TransactionRunner } from '../database/transactions/transaction-runner.js';
import { grantOf } from '../database/sql/scope-condition.js';
import { totalIn } from '../database/sql/list-query.js';
import { EXPORTED_COLUMNS } from './csv/work-item-columns.js';
import { type WorkItemPage } from './work-item.dto.js';
import { type ListWorkItemsQuery } from './work-item-requests.dto.js';
import { type PushedWorkItem, type WorkItem } from './work-item.js';
import { patched, type WorkItemChanges } from './work-item-patch.js';
import { kindAndStateProblem, type WorkItemKind } from './work-item-kinds.js';
import {
  type DeletedItem,
  type PushedChange,
  publishDeletion,
  publishPush,
  publishPushes,
  scopesOf,
} from './work-item.events.js';
import {
  isRaced,
  listOf,
  OUT_OF_SCOPE,
  OutOfScopeError,
  push,
  pushRecords,
  recordOf,
  type WorkItemKeyOf,
} from './push.js';
import { listQueries, NEWEST, type WorkItemFilter } from './work-items.list.js';
import { type ChangeOptions, DeskRefresh } from './desk-refresh.js';
import * as sql from './work-items.sql.js';

/** What a batch changed. */
export interface BatchOutcome {
  readonly created: number;
  readonly updated: number;
  /** Items without a change. */
  readonly unchanged: number;
}

/** A pushed item as it is stored, and whether it is new. */
export interface PutOutcome {
  readonly item: WorkItem;
  readonly created: boolean;
}

/** Creates, updates, lists and deletes work items. */
@Injectable()
export class WorkItemsService {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly reads: Reads,
    private readonly paginator: Paginator,
    private readonly refresh: DeskRefresh,
  ) {}

  /**
   * Creates an item or replaces the one with its kind and external id. A push with another scope moves the
   * item there: an item is in one scope at a time. Throws a 400 for a state that the kind does not have.
   */
  async put(
    pushed: PushedWorkItem,
    actor: Actor,
    options: ChangeOptions = {},
  ): Promise<PutOutcome> {
    assertStates([pushed], () => '');
    return this.write((tx) => this.store(tx, pushed, actor, options), actor);
  }

  /** One item; throws a 404. */
  async get(kind: WorkItemKind, externalId: string, actor: Actor): Promise<WorkItem> {
    const [item] = await this.transactions.query<WorkItem>(
      sql.FIND,
      [kind, externalId, grantOf(actor)],
      {
        caller: actor,
      },
    );
    if (!item) throw workItemNotFound();
    return item;
  }

  /** Changes the fields that are given, and returns the item. Throws a 404, and a 400 for a wrong state. */
  async patch(
    kind: WorkItemKind,
    externalId: string,
    changes: WorkItemChanges,
    actor: Actor,
    options: ChangeOptions = {},
  ): Promise<WorkItem> {
    return this.write(async (tx) => {
      const item = await this.patchWithin(tx, kind, externalId, changes, actor, options);
      if (!item) throw workItemNotFound();
      return item;
    }, actor);
  }

  /**
   * The same in a transaction of the caller, which has to run again after an error that {@link isRaced};
   * undefined where there is no such item.
   */
  async patchWithin(
    tx: Transaction,
    kind: WorkItemKind,
    externalId: string,
    changes: WorkItemChanges,
    actor: Actor,
    options: ChangeOptions = {},
  ): Promise<WorkItem | undefined> {
    const [known] = await tx.query<WorkItem>(sql.LOCK, [kind, externalId, grantOf(actor)]);
    if (!known) return undefined;
    const pushed = patched(known, changes);
    assertStates([pushed], () => '');
    return (await this.store(tx, pushed, actor, options)).item;
  }

  /**
   * Creates or replaces up to 1000 items in one statement: all of them or, when one is wrong, none.
   * Throws a 400 that names the index of every wrong item.
   */
  async putAll(
    pushed: readonly PushedWorkItem[],
    actor: Actor,
    options: ChangeOptions = {},
  ): Promise<BatchOutcome> {
    assertStates(pushed, (index) => `items.${index}.`);
    assertDistinct(pushed);
    try {
      return await this.putRecords(pushed.map(recordOf), actor, options);
    } catch (error) {
      throw error instanceof OutOfScopeError ? itemsOutOfScope(pushed, error) : error;
    }
  }

  /**
   * Creates or replaces items that were checked, each another one, like {@link putAll}. Throws an
   * OutOfScopeError.
   */
  async putRecords(
    records: readonly string[],
    actor: Actor,
    options: ChangeOptions = {},
  ): Promise<BatchOutcome> {
    const list = listOf(records);
    const changes = await this.write((tx) => this.storeAll(tx, list, actor, options), actor);
    const created = changes.filter((change) => change.created).length;
    const updated = changes.length - created;
    return { created, updated, unchanged: records.length - changes.length };
  }

  /**
   * Creates or replaces items, each another one, in a transaction of the caller, which has to run again after
   * an error that {@link isRaced}.
   */
  async putWithin(
    tx: Transaction,
    pushed: readonly PushedWorkItem[],
    actor: Actor,
    options: ChangeOptions = {},
  ): Promise<void> {
    await this.storeAll(tx, listOf(pushed.map(recordOf)), actor, options);
  }

  /** A page of the items of some scopes, newest first. A cursor wins over a page number. */
  async list(query: ListWorkItemsQuery, actor: Actor): Promise<WorkItemPage> {
    const filter = filterOf(query, actor);
    const page = this.paginator.openNumbered('work-items', filter, query);
    const queries = listQueries(filter, page, new Date());
    const [rows, counts] = await this.reads.read([queries.page, queries.total(page.countLimit)], {
      caller: actor,
    });
    return page.answer(rows as unknown as WorkItem[], NEWEST.positionOf, totalIn(counts));
  }

  /** All items of the filter as CSV, in the order of the list; the page of the query does not count. */
  csv(query: ListWorkItemsQuery, actor: Actor): AsyncGenerator<string> {
    const filter = filterOf(query, actor);
    const now = new Date();
    return csvPages<WorkItem>(EXPORTED_COLUMNS, async (limit, last) => {
      const after = last && NEWEST.positionOf(last);
      const { statement, values } = listQueries(
        filter,
        { limit, after },
        now,
        sql.SOURCE_COLUMNS,
      ).page;
      return this.reads.query<WorkItem>(statement, values, { caller: actor });
    });
  }

  /** Deletes an item; throws a 404. */
  async delete(
    kind: WorkItemKind,
    externalId: string,
    actor: Actor,
    options: ChangeOptions = {},
  ): Promise<void> {
    await this.transactions.run(
      async (tx) => {
        const [deleted] = await tx.query<DeletedItem>(sql.DELETE, [
          kind,
          externalId,
          grantOf(actor),
        ]);
        if (!deleted) throw workItemNotFound();
        publishDeletion(tx, deleted, actor);
        await this.refresh.afterPush(tx, [deleted], options);
      },
      { caller: actor },
    );
  }

  private async storeAll(
    tx: Transaction,
    list: string,
    actor: Actor,
    options: ChangeOptions,
  ): Promise<PushedChange[]> {
    const changed = await pushRecords(tx, list, actor);
    publishPushes(tx, changed, actor);
    await this.refresh.afterPush(tx, scopesOf(changed), options);
    return changed;
  }

  private async store(
    tx: Transaction,
    pushed: PushedWorkItem,
    actor: Actor,
    options: ChangeOptions,
  ): Promise<PutOutcome> {
    const [[change], [item]] = await Promise.all([
      push(tx, [pushed], actor),
      tx.query<WorkItem>(sql.FIND, [pushed.kind, pushed.externalId, grantOf(actor)]),
    ]);
    // The push locks the row even if nothing changes, so that no DELETE can come in between.
    if (!item) throw new Error('An item was not there right after it was pushed.');
    publishPush(tx, change, actor);
    if (change) await this.refresh.afterPush(tx, scopesOf([change]), options);
    return { item, created: change?.created ?? false };
  }

  private write<T>(work: (tx: Transaction) => Promise<T>, actor: Actor): Promise<T> {
    return this.transactions.run(work, { caller: actor, retryOn: isRaced });
  }
}

function filterOf(query: ListWorkItemsQuery, actor: Actor): WorkItemFilter {
  const { kind, state, priority, open, externalId, dueBefore, updatedSince, search, condition } =
    query;
  return {
    scopes: scopesToRead(query, actor),
    kind,
    state,
    priority,
    open,
    externalId,
    dueBefore: instantOf(dueBefore),
    updatedSince: instantOf(updatedSince),
    search,
    condition,
  };
}

/** A time as the cursor of a list is bound to it: the same instant is the same filter. */
function instantOf(time: string | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}

/** A 400 that names the items of a batch that lie out of scope. */
function itemsOutOfScope(
  pushed: readonly PushedWorkItem[],
  { items }: OutOfScopeError,
): ValidationFailedError {
  const denied = new Set(items.map(keyOf));
  return new ValidationFailedError(
    pushed.flatMap((item, index): FieldError[] => {
      const field = `items.${index}.entityId`;
      return denied.has(keyOf(item)) ? [{ field, message: `items.${index} ${OUT_OF_SCOPE}` }] : [];
    }),
  );
}

function keyOf({ kind, externalId }: WorkItemKeyOf): string {
  return `${kind}:${externalId}`;
}

function workItemNotFound(): NotFoundError {
  return new NotFoundError(
    'WORK_ITEM_NOT_FOUND',
    'There is no work item of this kind with this external id.',
  );
}

function assertStates(pushed: readonly PushedWorkItem[], path: (index: number) => string): void {
  const errors = pushed.flatMap((item, index): FieldError[] => {
    const problem = kindAndStateProblem(item.kind, item.state);
    if (!problem) return [];
    const at = path(index);
    return [{ field: `${at}${problem.field}`, message: `${at}${problem.message}` }];
  });
  if (errors.length > 0) throw new ValidationFailedError(errors);
}

/** The statement can't write one row twice, and it is not known which of two states is the right one. */
function assertDistinct(pushed: readonly PushedWorkItem[]): void {
  const seen = new Map<string, number>();
  const errors = pushed.flatMap((item, index): FieldError[] => {
    const key = keyOf(item);
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, index);
      return [];
    }
    const field = `items.${index}.externalId`;
    return [{ field, message: `${field} repeats the item at ${first}` }];
  });
  if (errors.length > 0) throw new ValidationFailedError(errors);
}
