import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { type Actor, causedBy } from '../../kernel/actor.js';
import { csvPages } from '../../http/csv/csv-pages.js';
import { type Pagination } from '../../http/paging/pagination.js';
import { Paginator } from '../../http/paging/paginator.js';
import { isUuid, NIL_UUID } from '../../kernel/uuid.js';
import { scopeFor, scopesToRead } from '../../kernel/grants.js';
import { type Scope } from '../../kernel/scope.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { nextActionNotFound } from './next-action.errors.js';
import { type CreateNextActionBody } from './next-action-requests.dto.js';
import { type ListNextActionsQuery } from './list-next-actions.dto.js';
import { type ListedNextAction, type NextAction } from './next-action.js';
import { type NextActionFilter, orderOf } from './next-actions.list.js';
import { NextActionsRepository } from './next-actions.repository.js';
import { searchTextOf } from './search-text.js';

/** A query of the list, as a client or the application itself asks it. */
export type NextActionListQuery = Omit<ListNextActionsQuery, 'entityType' | 'entityId'> &
  Partial<Scope>;

/** The columns of a file in CSV. A new one goes to the end, for those who read them by number. */
const CSV_COLUMNS = [
  'id',
  'title',
  'reason',
  'priority',
  'score',
  'status',
  'sourceType',
  'sourceId',
  'actionUrl',
  'createdByRule',
  'templateKey',
  'dedupeKey',
  'entityType',
  'entityId',
  'snoozedUntil',
  'lastExecutedAt',
  'lastExecutionStatus',
  'lastExecutionErrorCode',
  'lastExecutionErrorMessage',
  'createdAt',
  'updatedAt',
  'completedAt',
  'dismissedAt',
  'assigneeId',
] as const satisfies readonly (keyof ListedNextAction)[];

/** Creates and lists next best actions. */
@Injectable()
export class NextActionsService {
  constructor(
    private readonly repository: NextActionsRepository,
    private readonly transactions: TransactionRunner,
    private readonly paginator: Paginator,
  ) {}

  /** One NBA; throws a 404, also for an id that is no UUID. */
  async get(id: string, actor: Actor): Promise<NextAction> {
    const nextAction = isUuid(id) ? await this.repository.find(id, actor) : undefined;
    if (!nextAction) throw nextActionNotFound();
    return nextAction;
  }

  /** A page of the NBAs of some scopes, ranked unless sorted. A cursor wins over a page number. */
  async list(
    query: NextActionListQuery,
    actor: Actor,
  ): Promise<{ items: ListedNextAction[]; pagination: Pagination }> {
    const filter = filterOf(query, actor);
    const bound = { ...filter, sort: query.sort };
    const page = this.paginator.openNumbered('next-actions', bound, query);
    const view = { sort: query.sort, full: query.fields === 'full' };
    const { rows, counted } = await this.repository.list(filter, view, page, actor);
    return page.answer(rows, orderOf(filter, view).positionOf, counted);
  }

  /** All NBAs of the filter as CSV, in the order of the list; the page of the query does not count. */
  csv(query: NextActionListQuery, actor: Actor): AsyncGenerator<string> {
    const filter = filterOf(query, actor);
    const view = { sort: query.sort };
    const { positionOf } = orderOf(filter, view);
    return csvPages<ListedNextAction>(CSV_COLUMNS, (limit, last) => {
      const after = last && positionOf(last);
      return this.repository.rows(filter, view, { limit, after }, actor);
    });
  }

  /** Creates an NBA, or updates the queued one with the same dedupe key in its scope. */
  async create(
    body: CreateNextActionBody,
    actor: Actor,
  ): Promise<{ nextAction: NextAction; created: boolean }> {
    const scope = scopeFor(body, actor);
    return this.transactions.run(
      async (tx) => {
        const texts = {
          title: body.title,
          reason: body.reason ?? null,
          createdByRule: body.createdByRule ?? null,
        };
        const result = await this.repository.upsert(tx, {
          id: uuidv7(),
          ...texts,
          searchText: searchTextOf(texts),
          priority: body.priority ?? 'medium',
          score: body.score ?? 50,
          sourceType: body.sourceType ?? null,
          sourceId: body.sourceId ?? null,
          actionUrl: body.actionUrl ?? null,
          payload: body.payload ?? {},
          explanation: body.explanation ?? null,
          templateKey: body.templateKey ?? null,
          dedupeKey: body.dedupeKey ?? null,
          ...scope,
          snoozedUntil: body.snoozedUntil == null ? null : new Date(body.snoozedUntil),
        });
        tx.publish('nba.upsert', {
          ...causedBy(actor),
          sourceType: 'next_action',
          sourceId: result.nextAction.id,
          scope,
          status: 'success',
          meta: { created: result.created, ...scope },
        });
        return result;
      },
      { caller: actor },
    );
  }

  /** Hides an open NBA until then, without a press. */
  snooze(
    tx: Pick<Transaction, 'query' | 'execute' | 'defer'>,
    id: string,
    until: Date,
  ): Promise<void> {
    return this.repository.snooze(tx, id, until);
  }
}

function filterOf(query: NextActionListQuery, actor: Actor): NextActionFilter {
  const { status, priority, sourceType, ruleKey, snoozed, search } = query;
  return {
    scopes: scopesToRead(query, actor),
    statuses: status,
    priority,
    sourceType,
    ruleKey,
    assigneeId: assigneeOf(query.assigneeId, actor),
    snoozed,
    search,
  };
}

/** The filter of an assignee: `me` is the caller, `none` is null. The application itself is assigned nothing. */
function assigneeOf(value: string | undefined, actor: Actor): string | null | undefined {
  if (value === 'none') return null;
  return value === 'me' ? (actor.id ?? NIL_UUID) : value?.toLowerCase();
}
