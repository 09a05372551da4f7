import { type RetentionSettings } from '../../config/env.js';
import { DAY_MS } from '../../kernel/utc-day.js';
import { firstUuidV7, NIL_UUID } from '../../kernel/uuid.js';
import { type Query } from '../connections/statement.js';

/** A table that is partitioned by month, by its UUIDv7 `id`: whole partitions are dropped. */
export interface PartitionedTable {
  readonly table: string;
  /** The key of its setting. */
  readonly setting: string;
  /** How many days its rows are kept; 0: for ever. */
  readonly days: (settings: RetentionSettings) => number;
}

/** The moment of a run of the rules. */
export interface RetentionMoment {
  readonly now: Date;
  readonly settings: RetentionSettings;
}

/** Rows of a table that are deleted in batches once they are old enough. */
export interface RetentionRule {
  /** Its table, or what else names it in logs and in `npm run retention`. */
  readonly name: string;
  /** What goes, such as `keys after 30 days`. */
  readonly describe: (settings: RetentionSettings) => string;
  /** Whether it runs every minute, not once a day: for rows that live shortly. */
  readonly often?: boolean;
  /** Counts what would go: one row, `count`. */
  readonly count: (moment: RetentionMoment) => Query;
  /**
   * Deletes a batch: one row, with how many rows were `deleted`, and `last`, which is the `after` of the
   * next batch; null where none is left.
   */
  readonly deleteBatch: (moment: RetentionMoment, after: string | null, limit: number) => Query;
}

/** The time so many days before. */
export function daysBefore(now: Date, days: number): Date {
  return new Date(now.getTime() - days * DAY_MS);
}

/** An id may be later than the times of its row, since clocks differ; in days, more than any difference. */
const ID_TOLERANCE_DAYS = 1;

/** What a rule says about rows that are found by their UUIDv7. */
interface RowsById {
  readonly table: string;
  /** How many days a row is kept. */
  readonly days: (settings: RetentionSettings) => number;
  /** What goes, without its age: `closed items`. */
  readonly what: string;
  /** SQL conditions on `item` for a row that is old enough; $1 is the time before which it is. */
  readonly old: string;
  /** A further condition that costs more: it is checked for the rows of a batch only. */
  readonly unless?: string;
}

/**
 * A rule for a table whose `id` is a UUIDv7, in the order of time: the primary key finds what is old, so
 * that no other index is needed. A batch looks at a number of old rows and deletes those that may go; the
 * next one goes on behind them, so that rows that are kept are read once a run.
 */
export function rowsById({ table, days, what, old, unless = 'false' }: RowsById): RetentionRule {
  const goes = `NOT (${unless})`;
  const count = {
    name: `count_old_${table}`,
    text: `
      SELECT count(*)::int AS count FROM ${table} AS item
      WHERE item.id < $2::uuid AND ${old} AND ${goes}`,
  };
  const deleteBatch = {
    name: `delete_old_${table}`,
    text: `
      WITH candidate AS MATERIALIZED (
        SELECT item.id FROM ${table} AS item
        WHERE item.id < $2::uuid AND item.id > $3::uuid AND ${old}
        ORDER BY item.id LIMIT $4),
      gone AS (
        DELETE FROM ${table} AS item USING candidate
        WHERE item.id = candidate.id AND ${old} AND ${goes}
        RETURNING 1)
      SELECT (SELECT count(*)::int FROM gone) AS deleted,
        (SELECT id FROM candidate ORDER BY id DESC LIMIT 1) AS last`,
  };
  const cut = ({ now, settings }: RetentionMoment): unknown[] => {
    const before = daysBefore(now, days(settings));
    return [before, firstUuidV7(daysBefore(before, -ID_TOLERANCE_DAYS))];
  };
  return {
    name: table,
    describe: (settings) => `${what} after ${days(settings)} days`,
    count: (moment) => ({ statement: count, values: cut(moment) }),
    deleteBatch: (moment, after, limit) => ({
      statement: deleteBatch,
      values: [...cut(moment), after ?? NIL_UUID, limit],
    }),
  };
}

/** What a rule says about rows that are found by an indexed time. */
interface RowsByTime {
  readonly table: string;
  /** The columns of the primary key. */
  readonly key: string;
  /** The indexed column. */
  readonly time: string;
  /** How long a row is kept after that time, in days. */
  readonly days: number | ((settings: RetentionSettings) => number);
  /** What goes, with its age unless a setting says that. */
  readonly what: string;
  /** The predicate of the index, where it is partial. */
  readonly where?: string;
  readonly often?: boolean;
}

/** A rule for a table with an index on the time after which a row is of no use. */
export function rowsByTime({
  table,
  key,
  time,
  days,
  what,
  where = 'true',
  often = false,
}: RowsByTime): RetentionRule {
  const old = `${time} < $1 AND ${where}`;
  const count = {
    name: `count_old_${table}`,
    text: `SELECT count(*)::int AS count FROM ${table} WHERE ${old}`,
  };
  const deleteBatch = {
    name: `delete_old_${table}`,
    text: `
      WITH old AS MATERIALIZED (
        SELECT ${key} FROM ${table} WHERE ${old}
        ORDER BY ${time} LIMIT $2 FOR UPDATE SKIP LOCKED),
      gone AS (DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM old) RETURNING 1)
      SELECT count(*)::int AS deleted, CASE WHEN count(*) = $2 THEN '' END AS last FROM gone`,
  };
  const cut = ({ now, settings }: RetentionMoment): Date =>
    daysBefore(now, typeof days === 'number' ? days : days(settings));
  return {
    name: table,
    describe: (settings) =>
      typeof days === 'number' ? what : `${what} after ${days(settings)} days`,
    often,
    count: (moment) => ({ statement: count, values: [cut(moment)] }),
    deleteBatch: (moment, _after, limit) => ({
      statement: deleteBatch,
      values: [cut(moment), limit],
    }),
  };
}
