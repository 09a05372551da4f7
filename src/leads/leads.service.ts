import { Injectable } from '@nestjs/common';
import { type Actor } from '../kernel/actor.js';
import { type CursorQuery } from '../http/paging/cursor-page.js';
import { Paginator } from '../http/paging/paginator.js';
import { grantOf } from '../database/sql/scope-condition.js';
import { ConflictError, NotFoundError } from '../kernel/errors/domain-error.js';
import { Reads } from '../database/replica/reads.js';
import { TransactionRunner } from '../database/transactions/transaction-runner.js';
import { type PastScore } from '../scoring/score-snapshot.js';
import { HISTORY } from '../scoring/score-snapshot.sql.js';
import { type ScoreHistory } from '../scoring/scoring.dto.js';
import { type ChangeOptions, DeskRefresh } from '../work-items/desk-refresh.js';
import { type Lead } from './lead.js';
import { type LockedLead, scoreLead } from './lead-scoring.js';
import * as sql from './leads.sql.js';

/** Scores one lead, and reads a lead with its scores. */
@Injectable()
export class LeadsService {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly reads: Reads,
    private readonly paginator: Paginator,
    private readonly refresh: DeskRefresh,
  ) {}

  /**
   * Scores a lead, for the first time or again: each call stores a snapshot. Throws a 404, and a 409 for a
   * closed lead.
   */
  score(externalId: string, actor: Actor, { refresh }: ChangeOptions = {}): Promise<Lead> {
    return this.transactions.run(
      async (tx) => {
        const [lead] = await tx.query<LockedLead & { open: boolean }>(sql.LOCK_LEAD, [
          externalId,
          grantOf(actor),
        ]);
        if (!lead) throw leadNotFound();
        if (!lead.open) {
          throw new ConflictError('LEAD_NOT_OPEN', 'The lead is disqualified or converted.');
        }
        const scored = await scoreLead(tx, lead, actor);
        if (refresh !== false) await this.refresh.afterPress(tx, scored);
        return scored;
      },
      { caller: actor },
    );
  }

  /** A lead with its newest score; throws a 404. */
  async get(externalId: string, actor: Actor): Promise<Lead> {
    const [lead] = await this.transactions.query<Lead>(
      sql.FIND_LEAD,
      [externalId, grantOf(actor)],
      {
        caller: actor,
      },
    );
    if (!lead) throw leadNotFound();
    return lead;
  }

  /** A page of a lead's scores, newest first; throws a 404. */
  async scores(externalId: string, query: CursorQuery, actor: Actor): Promise<ScoreHistory> {
    const { id } = await this.get(externalId, actor);
    const page = this.paginator.open('lead-scores', { id }, query);
    const { statement, values } = sql.leadHistoryQuery(id, page);
    const rows = await this.reads.query<PastScore>(statement, values, { caller: actor });
    return page.answer(rows, HISTORY.keyset.positionOf);
  }
}

function leadNotFound(): NotFoundError {
  return new NotFoundError('LEAD_NOT_FOUND', 'There is no intake lead with this external id.');
}
