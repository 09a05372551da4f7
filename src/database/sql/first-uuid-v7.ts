/**
 * SQL for the first UUIDv7 of a time, as `firstUuidV7` makes it, so that a table that is partitioned by its
 * id is read from that time on. `now()` in it is the transaction's time, which PostgreSQL knows when a
 * statement begins, not when it is planned: one plan serves all times, and the older partitions are left out
 * before they are opened.
 */
export function firstUuidV7Sql(time: string): string {
  return `(lpad(to_hex(GREATEST(extract(epoch FROM ${time}) * 1000, 0)::bigint), 12, '0')
    || '70008000000000000000')::uuid`;
}

/**
 * How much earlier than the time in a row its id may be: ids are made by the clock of a server, and times
 * partly by that of the database. Of no cost, since a partition has a month.
 */
export const ID_TOLERANCE_SQL = `interval '1 day'`;
