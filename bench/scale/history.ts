import { Client } from 'pg';
import { monthOf } from '../../src/database/retention/months.js';
import { makePartitionsBefore } from './partitions.js';
import { withoutIndexes } from './indexes.js';
import { nextActionIdSql } from './data.js';

/** A history to store: executions, and an event of each. */
export interface HistorySize {
  readonly rows: number;
  /** The months that it is spread over, the current one included. */
  readonly months: number;
  /** Next best actions that it is about. */
  readonly actions: number;
  /** Scopes of accounts that they are in. */
  readonly scopes: number;
}

/** Who pressed once in {@link RARE}: otherwise, one of twenty operators. */
export const RARE_ACTOR = '00000000-0000-7000-8000-000000000099';
const RARE = 100_000;

/** Rows of one INSERT. */
const CHUNK = 250_000;

/** UUIDv7 of a row: its time in ms, the version, and a part of its hash. */
const idSql = (hash: string): string => `
  (lpad(to_hex(ms), 12, '0') || '7' || substr(${hash}, 1, 3) || '8' || substr(${hash}, 4, 15))::uuid`;
const EXECUTION_ID = idSql('hash');
const EVENT_ID = idSql('reverse(hash)');

/** $1 to $4: first row, last row, the time of row 0 in ms, and ms between two rows. $5: actions. */
const ROWS = `
  SELECT n, ms, to_timestamp(ms / 1000.0) AS at, of, ${nextActionIdSql('of')} AS about, md5('e' || n) AS hash,
    CASE WHEN n % ${RARE} = 0 THEN '${RARE_ACTOR}'
      ELSE '00000000-0000-7000-8000-0000000000' || 11 + n % 20 END::uuid AS actor
  FROM (
    SELECT n, $3::bigint + (n * $4::float8)::bigint AS ms, 1 + abs(hashint8(n)::bigint) % $5 AS of
    FROM generate_series($1::bigint, $2::bigint) AS n OFFSET 0) AS numbered OFFSET 0`;

const CHANGES = `{"status": {"from": "queued", "to": "done"}, "completedAt": {"from": null, "to": "2026-11-24T08:20:31.063Z"}}`;

/** As a press of mark_done records it. */
const EXECUTIONS = `
  INSERT INTO next_action_executions (id, next_action_id, action_key, status, started_at, finished_at,
    changes, actor_id, request_hash)
  SELECT ${EXECUTION_ID}, about, 'mark_done', 'success', at, at, '${CHANGES}', actor, hash || hash
  FROM (${ROWS}) AS made`;

/** $6: scopes. */
const EVENTS = `
  INSERT INTO ops_events (id, level, event_key, status, actor_id, source_type, source_id, entity_type,
    entity_id, request_id, duration_ms, meta, created_at)
  SELECT ${EVENT_ID}, 'info', 'nba.delivery.executed', 'success', actor, 'next_action', about::text,
    'account', 'a' || of % $6, about::text, 4,
    ('{"executionId": "' || ${EXECUTION_ID} || '", "actionKey": "mark_done", "result": {}, "changes": ${CHANGES}}')::jsonb, at
  FROM (${ROWS}) AS made`;

/**
 * Stores a history in empty tables, with a partition for each of its months: both tables at once, each over
 * a connection of its own, in the order of time as presses would.
 */
export async function fillHistory(url: string, size: HistorySize): Promise<void> {
  const now = new Date();
  const from = monthOf(now, 1 - size.months).begin.getTime();
  const step = (now.getTime() - from) / (size.rows + 1);
  const fill = async (table: string, insert: string, more: readonly number[]): Promise<void> => {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      // The foreign key to next best actions would be checked row by row.
      await client.query(`SET session_replication_role = 'replica'`);
      await makePartitionsBefore(client, table, now, size.months);
      await withoutIndexes(client, table, async () => {
        for (let first = 1; first <= size.rows; first += CHUNK) {
          const last = Math.min(first + CHUNK - 1, size.rows);
          await client.query(insert, [first, last, from, step, size.actions, ...more]);
        }
      });
      await client.query(`VACUUM (ANALYZE) ${table}`);
    } finally {
      await client.end();
    }
  };
  await Promise.all([
    fill('next_action_executions', EXECUTIONS, []),
    fill('ops_events', EVENTS, [size.scopes]),
  ]);
}
