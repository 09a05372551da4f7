import { Inject, Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { type Actor } from '../../kernel/actor.js';
import { Paginator } from '../../http/paging/paginator.js';
import { isUuid } from '../../kernel/uuid.js';
import { paginate } from '../../http/paging/pagination.js';
import { scopeOf } from '../../kernel/scope.js';
import { ENV, type Env } from '../../config/env.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { nextActionNotFound, nextActionNotOpen } from './next-action.errors.js';
import { type ExecutionPage } from '../delivery/delivery.dto.js';
import { type NextActionPage } from './next-action.dto.js';
import {
  type CreateNextActionBody,
  type ListNextActionsQuery,
} from './next-action-requests.dto.js';
import { type NextAction } from './next-action.js';
import { NextActionTurns } from './next-action-turns.js';
import { type NextActionFilter, RANKED } from './next-actions.list.js';
import { NextActionsRepository } from './next-actions.repository.js';

type Statements = Pick<Transaction, 'query' | 'execute' | 'defer'>;

/** Creates, lists and closes next best actions. */
@Injectable()
export class NextActionsService {
  constructor(
    private readonly repository: NextActionsRepository,
    private readonly transactions: TransactionRunner,
    private readonly paginator: Paginator,
    private readonly turns: NextActionTurns,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /** One NBA; throws a 404, also for an id that is no UUID. */
  async get(id: string, actor: Actor): Promise<NextAction> {
    const nextAction = isUuid(id) ? await this.repository.find(id, actor) : undefined;
    if (!nextAction) throw nextActionNotFound();
    return nextAction;
  }

  /** A page of a scope's NBAs, ranked. A cursor wins over a page number. */
  async list(query: ListNextActionsQuery, actor: Actor): Promise<NextActionPage> {
    const { status, priority, sourceType, search } = query;
    const filter: NextActionFilter = { ...scopeOf(query), status, priority, sourceType, search };
    const page = this.paginator.openNumbered('next-actions', filter, query);
    const { rows, total } = await this.repository.list(filter, page, actor);
    return page.answer(rows, RANKED.positionOf, total);
  }

  /** Creates an NBA, or updates the queued one with the same dedupe key in its scope. */
  async create(
    body: CreateNextActionBody,
    actor: Actor,
  ): Promise<{ nextAction: NextAction; created: boolean }> {
    const scope = scopeOf(body);
    return this.transactions.run(async (tx) => {
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
    });
  }

  /** Closes an NBA by hand: done or dismissed. Doing it again is a success, crossing over a 409. */
  async close(id: string, action: 'done' | 'dismiss', actor: Actor): Promise<NextAction> {
    if (!isUuid(id)) throw nextActionNotFound();
    const wanted = action === 'done' ? 'done' : 'dismissed';
    await this.turns.run(id.toLowerCase(), this.env.lockTimeoutMs, () =>
      this.transactions.run(
        (tx) =>
          action === 'done' ? this.completeNextAction(tx, id) : this.dismissNextAction(tx, id),
        { caller: actor },
      ),
    );
    const nextAction = await this.get(id, actor);
    if (nextAction.status !== wanted) throw nextActionNotOpen(nextAction.status);
    return nextAction;
  }

  /** Marks an open NBA done; false when it was not open. */
  completeNextAction(tx: Statements, id: string): Promise<boolean> {
    return this.repository.complete(tx, id);
  }

  /** Dismisses an open NBA; false when it was not open. */
  dismissNextAction(tx: Statements, id: string): Promise<boolean> {
    return this.repository.dismiss(tx, id);
  }

  /** Hides an open NBA until then; false when it was not open. */
  snoozeNextAction(tx: Statements, id: string, until: Date): Promise<boolean> {
    return this.repository.snooze(tx, id, until);
  }

  /** A page of an NBA's presses, newest first; throws a 404. */
  async executions(
    id: string,
    page: number,
    pageSize: number,
    actor: Actor,
  ): Promise<ExecutionPage> {
    const found = isUuid(id)
      ? await this.repository.executions(id, pageSize, (page - 1) * pageSize, actor)
      : undefined;
    if (!found) throw nextActionNotFound();
    return { items: found.rows, pagination: paginate(page, pageSize, found.total) };
  }
}
