import { type ClientBase } from 'pg';
import { type Statement } from '../../database/connections/statement.js';
import { sqlStateOf } from '../../kernel/errors/database-failure.js';

/** The index of the search. It is built by the start, so that an extension that comes later gets it. */
const INDEX = 'ix_next_best_actions_search';

/** Whether anything is left to do: rows that are not folded, and an index that is missing or invalid. */
export const FIND_SEARCH_STATE: Statement = {
  name: 'find_search_state',
  text: `
    SELECT EXISTS (SELECT FROM next_best_actions WHERE search_text IS NULL) AS unfolded,
      EXISTS (
        SELECT FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
        WHERE i.indrelid = 'next_best_actions'::regclass AND c.relname = '${INDEX}' AND i.indisvalid
      ) AS indexed`,
};

/** A row of {@link FIND_SEARCH_STATE}. */
export interface SearchState {
  readonly unfolded: boolean;
  readonly indexed: boolean;
}

/** Rows that are not folded yet, after an id. Presses do not wait for them, nor they for a press. */
export const FIND_UNFOLDED: Statement = {
  name: 'find_unfolded_next_actions',
  text: `
    SELECT id, title, reason, created_by_rule AS "createdByRule" FROM next_best_actions
    WHERE search_text IS NULL AND id > $1
    ORDER BY id LIMIT $2
    FOR NO KEY UPDATE SKIP LOCKED`,
};

export const FOLD: Statement = {
  name: 'fold_next_actions',
  text: `
    UPDATE next_best_actions AS nba SET search_text = folded.text
    FROM unnest($1::uuid[], $2::text[]) AS folded(id, text)
    WHERE nba.id = folded.id`,
};

/** An interrupted build leaves an invalid index, which every write maintains and no query uses. */
const FIND_INVALID = `
  SELECT i.indexrelid::regclass::text AS name
  FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
  WHERE i.indrelid = 'next_best_actions'::regclass AND c.relname = '${INDEX}' AND NOT i.indisvalid`;

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
 * Builds the index of the search, and first the extension where that is allowed. Requests go on meanwhile.
 * Throws NoSearchIndexError where the server or the role does not allow it. The connection must be in no
 * transaction.
 */
export async function buildSearchIndex(client: ClientBase): Promise<void> {
  const schema = await extensionSchema(client);
  try {
    const invalid = await client.query<{ name: string }>(FIND_INVALID);
    for (const { name } of invalid.rows) {
      await client.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
    }
    // Queued ones alone: a press that closes one would pay for each of its trigrams.
    await client.query(`
      CREATE INDEX CONCURRENTLY IF NOT EXISTS ${INDEX} ON next_best_actions
      USING gin (search_text ${schema}.gin_trgm_ops) WHERE status = 'queued'`);
    await client.query('ANALYZE next_best_actions (search_text)');
  } catch (error) {
    if (sqlStateOf(error) !== NOT_ALLOWED) throw error;
    throw new NoSearchIndexError(
      'Search reads without an index, because this role does not own the table next_best_actions: start once with the role that migrates (DATABASE_DIRECT_URL).',
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
