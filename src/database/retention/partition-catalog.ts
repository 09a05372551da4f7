import { timeOfUuidV7 } from '../../kernel/uuid.js';
import { type PgClient } from '../connections/pg-client.js';
import { type Month, monthOf } from './months.js';

/** How many months after the current one get a partition. */
export const MONTHS_AHEAD = 3;

/** A partition, as PostgreSQL's catalogue has it. */
export interface Partition {
  /** With its schema, quoted. */
  readonly sqlName: string;
  readonly name: string;
  /** Its first id; undefined: MINVALUE. */
  readonly from: string | undefined;
  /** The first id after it. */
  readonly to: string;
  /** Its DETACH was interrupted. */
  readonly detaching: boolean;
  /** It was marked to be dropped. */
  readonly marked: boolean;
}

/** The comment of a partition that is to be dropped: one that an operator detaches is left alone. */
export const DROP_MARK = 'next-best-actions: past its retention, to be dropped';

interface PartitionRow {
  sqlName: string;
  name: string;
  bound: string;
  detaching: boolean;
  marked: boolean;
}

const CHILD = `
    format('%I.%I', schema.nspname, child.relname) AS "sqlName", child.relname AS name`;
const COMMENTS = `
  LEFT JOIN pg_description AS comment
    ON comment.objoid = child.oid AND comment.classoid = 'pg_class'::regclass AND comment.objsubid = 0`;

const PARTITIONS = `
  SELECT ${CHILD}, pg_get_expr(child.relpartbound, child.oid) AS bound,
    inhdetachpending AS detaching, COALESCE(comment.description = $2, false) AS marked
  FROM pg_inherits
  JOIN pg_class AS child ON child.oid = inhrelid
  JOIN pg_namespace AS schema ON schema.oid = child.relnamespace ${COMMENTS}
  WHERE inhparent = to_regclass($1)`;

const LEFT_BEHIND = `
  SELECT ${CHILD}
  FROM pg_class AS parent
  JOIN pg_class AS child
    ON child.relnamespace = parent.relnamespace AND starts_with(child.relname, parent.relname || '_')
  JOIN pg_namespace AS schema ON schema.oid = child.relnamespace ${COMMENTS}
  WHERE parent.oid = to_regclass($1) AND child.relkind = 'r' AND NOT child.relispartition
    AND comment.description = $2
  ORDER BY child.relname`;

const BOUND = /^FOR VALUES FROM \((MINVALUE|'[0-9a-f-]{36}')\) TO \('([0-9a-f-]{36})'\)$/;

/** The partitions of a table, the oldest first; those with bounds that are not ours are left out. */
export async function partitionsOf(client: PgClient, table: string): Promise<Partition[]> {
  const { rows } = await client.query<PartitionRow>(PARTITIONS, [table, DROP_MARK]);
  return rows
    .flatMap(({ bound, ...row }) => {
      const [, from = '', to] = BOUND.exec(bound) ?? [];
      if (to === undefined) return [];
      return [{ ...row, from: from === 'MINVALUE' ? undefined : from.slice(1, -1), to }];
    })
    .sort((a, b) => (a.to < b.to ? -1 : 1));
}

/** The schema of a table, quoted. */
export async function schemaOf(client: PgClient, table: string): Promise<string> {
  const { rows } = await client.query<{ schema: string }>(
    `SELECT format('%I', nspname) AS schema FROM pg_class
     JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE pg_class.oid = to_regclass($1)`,
    [table],
  );
  if (!rows[0]) throw new Error(`There is no table ${table}.`);
  return rows[0].schema;
}

/** Marked tables that are no partitions any more: a run was interrupted before it dropped them. */
export async function leftBehind(
  client: PgClient,
  table: string,
): Promise<Pick<Partition, 'sqlName' | 'name'>[]> {
  const { rows } = await client.query<Pick<Partition, 'sqlName' | 'name'>>(LEFT_BEHIND, [
    table,
    DROP_MARK,
  ]);
  return rows;
}

/** Whether a partition has the whole month. */
function covers({ from = '', to, detaching }: Partition, month: Month): boolean {
  return !detaching && from <= month.firstId && to >= month.endId;
}

/** The months of {@link MONTHS_AHEAD} and that of `now` that have no partition. */
export function missingMonths(partitions: readonly Partition[], now: Date): Month[] {
  const months = Array.from({ length: MONTHS_AHEAD + 1 }, (_, later) => monthOf(now, later));
  return months.filter((month) => !partitions.some((partition) => covers(partition, month)));
}

/** How many months after that of `now` have a partition, without a gap; -1: not even that one. */
export function monthsAhead(partitions: readonly Partition[], now: Date): number {
  let later = 0;
  while (partitions.some((partition) => covers(partition, monthOf(now, later)))) later += 1;
  return later - 1;
}

/** Whether every id of a partition is older than a time. */
export function endsBefore({ to }: Partition, time: Date): boolean {
  return timeOfUuidV7(to) <= time;
}
