import { Injectable } from '@nestjs/common';
import { type Actor } from '../kernel/actor.js';
import { Paginator } from '../http/paging/paginator.js';
import { TransactionRunner } from '../database/transactions/transaction-runner.js';
import { type ListOpsEventsQuery, type OpsEventPage } from './ops-events.dto.js';
import { feedQuery, NEWEST, type ShownEvent } from './ops-events.sql.js';

/** Reads the feed of events. */
@Injectable()
export class OpsEventsService {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly paginator: Paginator,
  ) {}

  /** A page of the feed, newest first. */
  async list(query: ListOpsEventsQuery, actor: Actor): Promise<OpsEventPage> {
    const { eventKey, since, nextActionId } = query;
    const filter = { eventKey, since, nextActionId: nextActionId?.toLowerCase() };
    const page = this.paginator.open('ops-events', filter, query);
    const { statement, values } = feedQuery(filter, page);
    const rows = await this.transactions.query<ShownEvent>(statement, values, { caller: actor });
    return page.answer(rows, NEWEST.positionOf);
  }
}
