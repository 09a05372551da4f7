import { type Client } from 'pg';

/** The size of a table with its partitions, indexes and long values, in bytes. */
export type Sizes = ReadonlyMap<string, number>;

/** What is read of the database before and after. */
export interface Reading {
  readonly sizes: Sizes;
  /** Position in the write-ahead log, in bytes. */
  readonly wal: number;
}

const SIZES = `
  SELECT COALESCE(pg_partition_root(oid)::regclass, oid::regclass)::text AS name,
    sum(pg_total_relation_size(oid))::float8 AS bytes
  FROM pg_class
  WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
  GROUP BY 1`;

/** Reads the sizes of all tables, and how much was logged so far. */
export async function readDatabase(client: Client): Promise<Reading> {
  const sizes = await client.query<{ name: string; bytes: number }>(SIZES);
  const wal = await client.query<{ bytes: number }>(
    `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 AS bytes`,
  );
  return {
    sizes: new Map(sizes.rows.map(({ name, bytes }) => [name, bytes])),
    wal: wal.rows[0]!.bytes,
  };
}

/** How much each table has grown for each of so many presses, in bytes, the most first. */
export function growthPerPress(before: Sizes, after: Sizes, presses: number): [string, number][] {
  return [...after]
    .map(([name, bytes]): [string, number] => [name, (bytes - (before.get(name) ?? 0)) / presses])
    .filter(([, bytes]) => bytes >= 1)
    .sort(([, a], [, b]) => b - a);
}

/** Bytes in the unit that fits, with two digits. */
export function sized(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(2))} ${units[power]}`;
}
