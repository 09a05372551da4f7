import { type QueryResultRow } from 'pg';
import { monthOf } from '../../src/database/retention/months.js';
import { firstUuidV7 } from '../../src/kernel/uuid.js';

const DAY_MS = 86_400_000;

/** Runs a statement and returns its rows: `app.rows`, or a client's. */
export type Rows = <Row extends QueryResultRow>(sql: string) => Promise<Row[]>;

/** The tables that are partitioned by month. */
export const PARTITIONED = ['next_action_executions', 'ops_events'] as const;

export function daysAgo(days: number, from = new Date()): Date {
  return new Date(from.getTime() - days * DAY_MS);
}

let minted = 0;

/** A new id of a time; of ids of one time, the later are greater. */
export function idAt(time: Date): string {
  minted += 1;
  return firstUuidV7(time).slice(0, 24) + minted.toString(16).padStart(12, '0');
}

/** The partitions of a table, by name. */
export async function partitionNames(query: Rows, table: string): Promise<string[]> {
  const rows = await query<{ name: string }>(
    `SELECT relname AS name FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
     WHERE inhparent = to_regclass('${table}') ORDER BY relname`,
  );
  return rows.map(({ name }) => name);
}

/** Gives the empty tables partitions for so many past months, as a desk has them that is so old. */
export async function splitPastMonths(query: Rows, months: number): Promise<void> {
  for (const table of PARTITIONED) {
    const { firstId } = monthOf(new Date(), -months);
    await query(`DROP TABLE ${table}_oldest`);
    await query(
      `CREATE TABLE ${table}_oldest PARTITION OF ${table} FOR VALUES FROM (MINVALUE) TO ('${firstId}')`,
    );
    for (let ago = months; ago >= 0; ago -= 1) {
      const month = monthOf(new Date(), -ago);
      await query(
        `CREATE TABLE ${table}_${month.name} PARTITION OF ${table}
         FOR VALUES FROM ('${month.firstId}') TO ('${month.endId}')`,
      );
    }
  }
}
