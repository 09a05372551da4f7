import { type Client } from 'pg';
import { MONTHS_AHEAD } from '../../src/database/retention/partition-catalog.js';
import { monthOf } from '../../src/database/retention/months.js';

const PARTITIONS = `
  SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = to_regclass($1)`;

/**
 * Gives an empty table the partitions that it would have after so many months: one a month, those that a
 * start makes ahead, and the one of before.
 */
export async function makePartitionsBefore(
  client: Client,
  table: string,
  now: Date,
  months: number,
): Promise<void> {
  const { rows } = await client.query<{ name: string }>(PARTITIONS, [table]);
  for (const { name } of rows) await client.query(`DROP TABLE ${name}`);
  const first = monthOf(now, 1 - months);
  await client.query(
    `CREATE TABLE ${table}_oldest PARTITION OF ${table}
     FOR VALUES FROM (MINVALUE) TO ('${first.firstId}')`,
  );
  for (let later = 1 - months; later <= MONTHS_AHEAD; later++) {
    const { name, firstId, endId } = monthOf(now, later);
    await client.query(
      `CREATE TABLE ${table}_${name} PARTITION OF ${table} FOR VALUES FROM ('${firstId}') TO ('${endId}')`,
    );
  }
}

/** How many partitions a table has. */
export async function partitionCount(client: Client, table: string): Promise<number> {
  return (await client.query(PARTITIONS, [table])).rows.length;
}
