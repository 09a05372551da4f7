import { type Client } from 'pg';

/** Tables that say nothing about the application's data, and change with each request. */
const PASSING = ['rate_limits'];

const TABLES = `
  SELECT c.relname AS name FROM pg_class c
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND c.relname <> ALL ($1)
  ORDER BY c.relname`;

/** The number of rows of a table, and a hash of all of them. */
export interface TablePrint {
  readonly rows: number;
  readonly hash: string;
}

/** A print of every table of the application, partitions with their table. */
export async function tablePrints(client: Client): Promise<Map<string, TablePrint>> {
  const prints = new Map<string, TablePrint>();
  const { rows: tables } = await client.query<{ name: string }>(TABLES, [PASSING]);
  for (const { name } of tables) {
    const { rows } = await client.query<TablePrint>(
      `SELECT count(*)::int AS rows, coalesce(md5(string_agg(line, '' ORDER BY line)), '') AS hash
       FROM (SELECT md5(t::text) AS line FROM ${name} t) AS lines`,
    );
    prints.set(name, rows[0]!);
  }
  return prints;
}

/** The names of the tables that differ. */
export function differences(
  before: ReadonlyMap<string, TablePrint>,
  after: ReadonlyMap<string, TablePrint>,
): string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter(
    (name) =>
      before.get(name)?.rows !== after.get(name)?.rows ||
      before.get(name)?.hash !== after.get(name)?.hash,
  );
}
