import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { type Actor } from '../kernel/actor.js';
import { Paginator } from '../http/paging/paginator.js';
import {
  type FieldError,
  NotFoundError,
  ValidationFailedError,
} from '../kernel/errors/domain-error.js';
import { type Scope, scopeFilterOf, scopeOf } from '../kernel/scope.js';
import { type Transaction } from '../database/transactions/transaction.js';
import { TransactionRunner } from '../database/transactions/transaction-runner.js';
import { type WorkItemPage } from './work-item.dto.js';
import { type ListWorkItemsQuery } from './work-item-requests.dto.js';
import { type PushedWorkItem, type WorkItem } from './work-item.js';
import { isOpenState, kindAndStateProblem, type WorkItemKind } from './work-item-kinds.js';
import {
  type DeletedItem,
  publishDeletion,
  publishPush,
  publishPushes,
  scopesOf,
  type PushedChange,
} from './work-item.events.js';
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

/** Creates, updates, lists and deletes work items. */
@Injectable()
export class WorkItemsService {
  constructor(
    private readonly transactions: TransactionRunner,
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
  ): Promise<{ item: WorkItem; created: boolean }> {
    assertStates([pushed], () => '');
    return this.transactions.run(
      async (tx) => {
        const [changes, found] = await Promise.all([
          tx.query<PushedChange>(sql.UPSERT, [recordsOf([pushed])]),
          tx.query<WorkItem>(sql.FIND, [pushed.kind, pushed.externalId]),
        ]);
        const [item] = found;
        // The push locks the row even if nothing changes, so that no DELETE can come in between.
        if (!item) throw new Error('An item was not there right after it was pushed.');
        publishPush(tx, changes[0], actor);
        await this.refreshAfter(tx, scopesOf(changes), options);
        return { item, created: changes[0]?.created ?? false };
      },
      { caller: actor },
    );
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
    const changes = await this.transactions.run(
      async (tx) => {
        const changed = await tx.query<PushedChange>(sql.UPSERT, [recordsOf(pushed)]);
        publishPushes(tx, changed, actor);
        await this.refreshAfter(tx, scopesOf(changed), options);
        return changed;
      },
      { caller: actor },
    );
    const created = changes.filter((change) => change.created).length;
    const updated = changes.length - created;
    return { created, updated, unchanged: pushed.length - changes.length };
  }

  /** A page of the items of some scopes, newest first. A cursor wins over a page number. */
  async list(query: ListWorkItemsQuery, actor: Actor): Promise<WorkItemPage> {
    const { kind, state, priority, open, dueBefore, condition } = query;
    const filter: WorkItemFilter = {
      scopes: scopeFilterOf(query),
      kind,
      state,
      priority,
      open,
      dueBefore: dueBefore === undefined ? undefined : new Date(dueBefore).toISOString(),
      condition,
    };
    const bound = { ...filter, scopes: String(filter.scopes) };
    const page = this.paginator.openNumbered('work-items', bound, query);
    const queries = listQueries(filter, page, new Date());
    const [rows, counts] = await this.transactions.read(
      [queries.page, queries.total(page.countLimit)],
      { caller: actor },
    );
    const counted = (counts?.[0] as { total: number } | undefined)?.total ?? 0;
    return page.answer(rows as unknown as WorkItem[], NEWEST.positionOf, counted);
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
        const [deleted] = await tx.query<DeletedItem>(sql.DELETE, [kind, externalId]);
        if (!deleted) throw workItemNotFound();
        publishDeletion(tx, deleted, actor);
        await this.refreshAfter(tx, [deleted], options);
      },
      { caller: actor },
    );
  }

  private async refreshAfter(
    tx: Transaction,
    scopes: readonly Scope[],
    { refresh = true }: ChangeOptions,
  ): Promise<void> {
    if (refresh) await this.refresh.afterPush(tx, scopes);
  }
}

function workItemNotFound(): NotFoundError {
  return new NotFoundError(
    'WORK_ITEM_NOT_FOUND',
    'There is no work item of this kind with this external id.',
  );
}

/** Items as the statement reads them: defaults filled in, times in UTC. */
function recordsOf(pushed: readonly PushedWorkItem[]): string {
  return JSON.stringify(
    pushed.map((item) => ({
      id: uuidv7(),
      kind: item.kind,
      externalId: item.externalId,
      ...scopeOf(item),
      state: item.state,
      open: isOpenState(item.kind, item.state),
      priority: item.priority ?? 'medium',
      title: item.title,
      dueAt: item.dueAt == null ? null : new Date(item.dueAt),
      occurredAt: item.occurredAt == null ? null : new Date(item.occurredAt),
      attributes: item.attributes ?? {},
    })),
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
    const key = `${item.kind}:${item.externalId}`;
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
