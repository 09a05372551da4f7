import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { type Actor } from '../../kernel/actor.js';
import { CursorCodec } from '../../http/paging/cursor.js';
import { isUuid } from '../../kernel/uuid.js';
import { paginate } from '../../http/paging/pagination.js';
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
import { type NextActionFilter, type PageStart } from './next-actions.list.js';
import { NextActionsRepository } from './next-actions.repository.js';

/** Creates and lists next best actions. */
@Injectable()
export class NextActionsService {
  constructor(
    private readonly repository: NextActionsRepository,
    private readonly transactions: TransactionRunner,
    private readonly cursors: CursorCodec,
  ) {}

  /** One NBA; throws a 404, also for an id that is no UUID. */
  async get(id: string, actor: Actor): Promise<NextAction> {
    const nextAction = isUuid(id) ? await this.repository.find(id, actor) : undefined;
    if (!nextAction) throw nextActionNotFound();
    return nextAction;
  }

  /** A page of a scope's NBAs, ranked. A cursor wins over a page number. */
  async list(query: ListNextActionsQuery, actor: Actor): Promise<NextActionPage> {
    const { page: wanted, pageSize, cursor, status, priority, sourceType, search } = query;
    const filter: NextActionFilter = {
      ...scopeOf(query),
      ...(status === undefined ? {} : { status }),
      ...(priority === undefined ? {} : { priority }),
      ...(sourceType === undefined ? {} : { sourceType }),
      ...(search === undefined ? {} : { search }),
    };
    const binding = `next-actions:${JSON.stringify(filter)}`;
    let page = wanted;
    let start: PageStart = { offset: (wanted - 1) * pageSize };
    if (cursor !== undefined) {
      const [score, createdAt, id, number] = this.cursors.open(binding, cursor) as [
        number,
        string,
        string,
        number,
      ];
      page = number;
      start = { after: [score, createdAt, id] };
    }
    const { rows, total } = await this.repository.list(filter, start, pageSize + 1, actor);
    const items = rows.slice(0, pageSize);
    const last = items.at(-1);
    const hasNext = rows.length > pageSize;
    const nextCursor =
      hasNext && last
        ? this.cursors.seal(binding, [last.score, last.createdAt.toISOString(), last.id, page + 1])
        : null;
    return { items, pagination: paginate(page, pageSize, total, nextCursor, hasNext) };
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

  /** Hides an open NBA until then, outside of a press. */
  snooze(
    tx: Pick<Transaction, 'query' | 'execute' | 'defer'>,
    id: string,
    until: Date,
  ): Promise<void> {
    return this.repository.snooze(tx, id, until);
  }
}
