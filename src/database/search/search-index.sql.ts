import { type ClientBase } from 'pg';
import { type Statement } from '../connections/statement.js';
import { sqlStateOf } from '../../kernel/errors/database-failure.js';
import { type SearchedTable } from './searched-table.js';

/** Whether anything is left to do: rows that are not folded, and an index that is missing or invalid. */
export function findSearchState({ table, index }: SearchedTable): Statement {
  return {
    name: `find_search_state_${table}`,
    text: `
      SELECT EXISTS (SELECT FROM ${table} WHERE search_text IS NULL) AS unfolded,
        EXISTS (
          SELECT FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
          WHERE i.indrelid = '${table}'::regclass AND c.relname = '${index}' AND i.indisvalid
        ) AS indexed`,
  };
}

/** A row of {@link findSearchState}. */
export interface SearchState {
  readonly unfolded: boolean;
  readonly indexed: boolean;
}

/** Rows that are not folded yet, after an id. Writes do not wait for them, nor they for a write. */
export function findUnfolded({ table, columns }: SearchedTable): Statement {
  return {
    name: `find_unfolded_${table}`,
    text: `
      SELECT id, json_build_array(${columns.join(', ')}) AS texts FROM ${table}
      WHERE search_text IS NULL AND id > $1
      ORDER BY id LIMIT $2
      FOR NO KEY UPDATE SKIP LOCKED`,
  };
}

/** A row of {@link findUnfolded}. */
export interface Unfolded {
  readonly id: string;
  readonly texts: readonly (string | null)[];
}

/** Stores the folded texts of rows. */
export function storeFolded({ table }: SearchedTable): Statement {
  return {
    name: `fold_${table}`,
    text: `
      UPDATE ${table} AS row SET search_text = folded.text
      FROM unnest($1::uuid[], $2::text[]) AS folded(id, text)
      WHERE row.id = folded.id`,
  };
}

/** An interrupted build leaves an invalid index, which every write maintains and no query uses. */
const FIND_INVALID = `
  SELECT i.indexrelid::regclass::text AS name
  FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
  WHERE i.indrelid = $1::regclass AND c.relname = $2 AND NOT i.indisvalid`;

/** The schema that the extension is in, quoted: it need not be in the search path. */
const FIND_EXTENSION = `
  SELECT quote_ident(n.nspname) AS schema
  FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
  WHERE e.extname = 'pg_trgm'`;

/** The role may not do it. */
const NOT_ALLOWED = '42501';

/** Why search has no index; one sentence that says what to do. */
export class NoSearchIndexError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NoSearchIndexError';
  }
}

/**
 * Builds the index of a table's search, and first the extension where that is allowed. Requests go on meanwhile.
 * Throws NoSearchIndexError where the server or the role does not allow it. The connection must be in no
 * transaction.
 */
export async function buildSearchIndex(
  client: ClientBase,
  { table, index, where }: SearchedTable,
): Promise<void> {
  const schema = await extensionSchema(client);
  try {
    const invalid = await client.query<{ name: string }>(FIND_INVALID, [table, index]);
    for (const { name } of invalid.rows) {
      await client.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
    }
    await client.query(`
      CREATE INDEX CONCURRENTLY IF NOT EXISTS ${index} ON ${table}
      USING gin (search_text ${schema}.gin_trgm_ops)${where === undefined ? '' : ` WHERE ${where}`}`);
    await client.query(`ANALYZE ${table} (search_text)`);
  } catch (error) {
    if (sqlStateOf(error) !== NOT_ALLOWED) throw error;
    throw new NoSearchIndexError(
      `Search reads without an index, because this role does not own the table ${table}: start once with the role that migrates (DATABASE_DIRECT_URL).`,
      { cause: error },
    );
  }
}

async function extensionSchema(client: ClientBase): Promise<string> {
  const find = async (): Promise<string | undefined> =>
    (await client.query<{ schema: string }>(FIND_EXTENSION)).rows[0]?.schema;
  const installed = await find();
  if (installed !== undefined) return installed;
  let cause: unknown;
  try {
    await client.query('CREATE EXTENSION IF NOT EXISTS pg_trgm');
  } catch (error) {
    cause = error;
  }
  const created = await find();
  if (created !== undefined) return created;
  const why = cause instanceof Error ? ` (${cause.message})` : '';
  throw new NoSearchIndexError(
    `Search reads without an index, because the extension pg_trgm is not there and could not be created${why}: let a superuser run CREATE EXTENSION pg_trgm in this database, and start again.`,
    { cause },
  );
}
