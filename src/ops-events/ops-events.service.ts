import { Injectable } from '@nestjs/common';
import { CursorCodec } from '../common/cursor.js';
import { TransactionRunner } from '../database/transaction-runner.js';
import {
  type ListOpsEventsQuery,
  type OpsEventAnswer,
  type OpsEventPage,
} from './ops-events.dto.js';

const COLUMNS = `
  id, level, event_key AS "eventKey", status, actor_id AS "actorId", source_type AS "sourceType",
  source_id AS "sourceId", request_id AS "requestId", duration_ms AS "durationMs",
  error_code AS "errorCode", error_message AS "errorMessage", meta, created_at AS "createdAt"`;

/** The operators' feed of what happened. */
@Injectable()
export class OpsEventsService {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly cursors: CursorCodec,
  ) {}

  /** A page of the feed, newest first: ids are ordered in time, so the id is the cursor. */
  async list({
    eventKey,
    since,
    nextActionId,
    pageSize,
    cursor,
  }: ListOpsEventsQuery): Promise<OpsEventPage> {
    const binding = `ops-events:${JSON.stringify([eventKey, since, nextActionId])}`;
    const values: unknown[] = [];
    const where: string[] = [];
    let shape = '';
    const add = (
      letter: string,
      value: unknown,
      condition: (parameter: string) => string,
    ): void => {
      if (value === undefined) return;
      values.push(value);
      where.push(condition(`$${values.length}`));
      shape += letter;
    };
    add('k', eventKey, (p) => `event_key = ${p}`);
    add(
      'n',
      nextActionId?.toLowerCase(),
      (p) => `source_type = 'next_action' AND source_id = ${p}`,
    );
    add('s', since, (p) => `created_at >= ${p}::timestamptz`);
    add(
      'c',
      cursor === undefined ? undefined : this.cursors.open(binding, cursor)[0],
      (p) => `id < ${p}::uuid`,
    );
    values.push(pageSize + 1);

    const rows = await this.transactions.query<OpsEventAnswer>(
      {
        name: `list_ops_events_${shape}`,
        text: `
          SELECT ${COLUMNS} FROM ops_events ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''}
          ORDER BY id DESC LIMIT $${values.length}`,
      },
      values,
    );
    const items = rows.slice(0, pageSize);
    const last = items.at(-1);
    const hasNext = rows.length > pageSize;
    const nextCursor = hasNext && last ? this.cursors.seal(binding, [last.id]) : null;
    return { items, pagination: { pageSize, hasNext, nextCursor } };
  }
}
