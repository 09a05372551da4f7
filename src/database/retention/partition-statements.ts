import { setTimeout as delay } from 'node:timers/promises';
import { sqlStateOf } from '../../kernel/errors/database-failure.js';
import { type PgClient } from '../connections/pg-client.js';
import { missingMonths, type Partition, partitionsOf, schemaOf } from './partition-catalog.js';

/** Longest wait for an answer, in ms; the limits of the connection are shorter. */
const ANSWER_LIMIT_MS = 65_000;
const ATTEMPTS = 5;
const PAUSE_MS = 500;

/**
 * SQLSTATEs after which a step looks at the partitions again: no lock in time, a deadlock, or another process
 * was faster.
 */
const LOST_RACE = new Set(['55P03', '40P01', '55000', '42P01', '42P07', '42P17']);

/** Key of the advisory lock of the process that makes a partition: the bytes of "nbap". */
const MAKE_KEY = 0x6e626170;

/** Runs a statement; its connection is closed if the server does not answer. */
export async function run(client: PgClient, sql: string): Promise<void> {
  await client.answerWithin(ANSWER_LIMIT_MS, client.query(sql));
}

/**
 * Tries a step up to five times. Each try waits for its locks for 2 s only: requests that need the table
 * wait behind it, and go on between two tries.
 */
export async function patiently<T>(
  signal: AbortSignal | undefined,
  step: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      return await step();
    } catch (error) {
      if (attempt === ATTEMPTS || !LOST_RACE.has(sqlStateOf(error) ?? '')) throw error;
      await delay(PAUSE_MS, undefined, signal && { signal });
    }
  }
}

/**
 * Makes the partition of one of the missing months; false if another process just did. It is made as a table
 * of its own and then attached, which does not stop reads and writes of the others.
 */
export async function makePartition(
  client: PgClient,
  table: string,
  monthName: string,
  now: Date,
): Promise<boolean> {
  await run(client, 'BEGIN');
  try {
    await run(client, `SELECT pg_advisory_xact_lock(${MAKE_KEY})`);
    const missing = missingMonths(await partitionsOf(client, table), now);
    const month = missing.find(({ name }) => name === monthName);
    if (month) {
      const schema = await schemaOf(client, table);
      const partition = `${schema}."${table}_${month.name}"`;
      await run(
        client,
        `CREATE TABLE ${partition} (LIKE ${schema}."${table}" INCLUDING ALL EXCLUDING INDEXES
          EXCLUDING COMMENTS EXCLUDING IDENTITY EXCLUDING STATISTICS)`,
      );
      await run(
        client,
        `ALTER TABLE ${schema}."${table}" ATTACH PARTITION ${partition}
         FOR VALUES FROM ('${month.firstId}') TO ('${month.endId}')`,
      );
    }
    await run(client, 'COMMIT');
    return month !== undefined;
  } catch (error) {
    await run(client, 'ROLLBACK');
    throw error;
  }
}

/**
 * Detaches a partition without stopping those who use the table, or ends a detach that was interrupted, or
 * does nothing where it is no partition any more. Not in a transaction: PostgreSQL needs two of its own.
 */
export async function detach(
  client: PgClient,
  table: string,
  { sqlName }: Pick<Partition, 'sqlName'>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const schema = await schemaOf(client, table);
  await patiently(signal, async () => {
    const partitions = await partitionsOf(client, table);
    const partition = partitions.find((each) => each.sqlName === sqlName);
    if (!partition) return;
    const how = partition.detaching ? 'FINALIZE' : 'CONCURRENTLY';
    await run(client, `ALTER TABLE ${schema}."${table}" DETACH PARTITION ${sqlName} ${how}`);
  });
}
