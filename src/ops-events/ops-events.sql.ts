import { type Statement } from '../database/transactions/transaction.js';

const COLUMNS = `
  id, level, event_key AS "eventKey", status, actor_id AS "actorId", source_type AS "sourceType",
  source_id AS "sourceId", request_id AS "requestId", duration_ms AS "durationMs",
  error_code AS "errorCode", error_message AS "errorMessage", meta, created_at AS "createdAt"`;

/** What a page of the feed is restricted to. */
export interface FeedFilter {
  readonly eventKey?: string | undefined;
  /** ISO 8601. */
  readonly since?: string | undefined;
  /** In lower case. */
  readonly nextActionId?: string | undefined;
}

/** How far an event's id may be behind its time, in ms: the clock may be set between the two. */
const ID_TOLERANCE_MS = 1000;

/**
 * The smallest UUIDv7 (RFC 9562, 5.7: 48 bits of ms since 1970, then the rest) that an event since then
 * can have. The time has no index, and the few that match might else be looked for through all older
 * ones; the ids are made in the order of time, and theirs ends the search where the answer does.
 */
function earliestId(since: string): string {
  const ms = Math.max(0, Date.parse(since) - ID_TOLERANCE_MS);
  const hex = ms.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** The statement of a page of the feed, newest first, that begins behind the id `before`. */
export function feedQuery(
  { eventKey, since, nextActionId }: FeedFilter,
  before: unknown,
  limit: number,
): { statement: Statement; values: unknown[] } {
  const values: unknown[] = [];
  const where: string[] = [];
  let shape = '';
  const add = (letter: string, value: unknown, condition: (parameter: string) => string): void => {
    if (value === undefined) return;
    values.push(value);
    where.push(condition(`$${values.length}`));
    shape += letter;
  };
  add('k', eventKey, (p) => `event_key = ${p}`);
  add('n', nextActionId, (p) => `source_type = 'next_action' AND source_id = ${p}`);
  add('s', since, (p) => `created_at >= ${p}::timestamptz`);
  add('i', since === undefined ? undefined : earliestId(since), (p) => `id >= ${p}::uuid`);
  add('c', before, (p) => `id < ${p}::uuid`);
  values.push(limit);
  return {
    statement: {
      name: `list_ops_events_${shape}`,
      text: `
        SELECT ${COLUMNS} FROM ops_events ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''}
        ORDER BY id DESC LIMIT $${values.length}`,
    },
    values,
  };
}
