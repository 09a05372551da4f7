import { Injectable } from '@nestjs/common';
import { type Actor } from '../kernel/actor.js';
import { CursorCodec } from '../http/paging/cursor.js';
import { cursorPage } from '../http/paging/cursor-page.js';
import { TransactionRunner } from '../database/transactions/transaction-runner.js';
import {
  type ListOpsEventsQuery,
  type OpsEventAnswer,
  type OpsEventPage,
} from './ops-events.dto.js';
import { feedQuery } from './ops-events.sql.js';

/** The operators' feed of what happened. */
@Injectable()
export class OpsEventsService {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly cursors: CursorCodec,
  ) {}

  /** A page of the feed, newest first: ids are ordered in time, so the id is the cursor. */
  async list(
    { eventKey, since, nextActionId, pageSize, cursor }: ListOpsEventsQuery,
    actor: Actor,
  ): Promise<OpsEventPage> {
    const binding = `ops-events:${JSON.stringify([eventKey, since, nextActionId])}`;
    const before = cursor === undefined ? undefined : this.cursors.open(binding, cursor)[0];
    const filter = { eventKey, since, nextActionId: nextActionId?.toLowerCase() };
    const { statement, values } = feedQuery(filter, before, pageSize + 1);
    const rows = await this.transactions.query<OpsEventAnswer>(statement, values, {
      caller: actor,
    });
    return cursorPage(rows, pageSize, (last) => this.cursors.seal(binding, [last.id]));
  }
}
