import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { type Actor } from '../../kernel/actor.js';
import { csvPages } from '../../http/csv/csv-pages.js';
import { Paginator } from '../../http/paging/paginator.js';
import { isUuid } from '../../kernel/uuid.js';
import { scopeOf } from '../../kernel/scope.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { nextActionNotFound } from './next-action.errors.js';
import { type NextActionPage } from './next-action.dto.js';
import {
  type CreateNextActionBody,
  type ListNextActionsQuery,
} from './next-action-requests.dto.js';
import { type NextAction } from './next-action.js';
import { type NextActionFilter, RANKED } from './next-actions.list.js';
import { NextActionsRepository } from './next-actions.repository.js';

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
] as const satisfies readonly (keyof NextAction)[];

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

  /** A page of a scope's NBAs, ranked. A cursor wins over a page number. */
  async list(query: ListNextActionsQuery, actor: Actor): Promise<NextActionPage> {
    const filter = filterOf(query);
    const page = this.paginator.openNumbered('next-actions', filter, query);
    const { rows, total } = await this.repository.list(filter, page, actor);
    return page.answer(rows, RANKED.positionOf, total);
  }

  /** All NBAs of the filter as CSV, ranked; the page of the query does not count. */
  csv(query: ListNextActionsQuery, actor: Actor): AsyncGenerator<string> {
    const filter = filterOf(query);
    return csvPages<NextAction>(CSV_COLUMNS, (limit, last) => {
      const after = last && RANKED.positionOf(last);
      return this.repository.rows(filter, { limit, after }, actor);
    });
  }

  /** Creates an NBA, or updates the queued one with the same dedupe key in its scope. */
  async create(
    body: CreateNextActionBody,
    actor: Actor,
  ): Promise<{ nextAction: NextAction; created: boolean }> {
    const scope = scopeOf(body);
    return this.transactions.run(
      async (tx) => {
        const result = await this.repository.upsert(tx, {
          id: uuidv7(),
          title: body.title,
          reason: body.reason ?? null,
          priority: body.priority ?? 'medium',
          score: body.score ?? 50,
          sourceType: body.sourceType ?? null,
          sourceId: body.sourceId ?? null,
          actionUrl: body.actionUrl ?? null,
          payload: body.payload ?? {},
          explanation: body.explanation ?? null,
          createdByRule: body.createdByRule ?? null,
          templateKey: body.templateKey ?? null,
          dedupeKey: body.dedupeKey ?? null,
          ...scope,
          snoozedUntil: body.snoozedUntil == null ? null : new Date(body.snoozedUntil),
        });
        tx.publish('nba.upsert', {
          actorId: actor.userId,
          requestId: actor.requestId,
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

function filterOf(query: ListNextActionsQuery): NextActionFilter {
  const { status, priority, sourceType, search } = query;
  return { ...scopeOf(query), status, priority, sourceType, search };
}
