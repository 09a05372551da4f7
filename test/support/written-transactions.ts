import { type TestApp } from './app.js';

/**
 * Records each row that is written, with its transaction and its scope: its own, or that of the row that it
 * belongs to.
 */
const RECORD = `
  CREATE TABLE written (txid xid8, relation text, scope text);

  CREATE FUNCTION scope_of(relation text, written jsonb) RETURNS text LANGUAGE plpgsql AS $$
  DECLARE owner jsonb := written;
  BEGIN
    IF relation = 'idempotency_keys' THEN
      SELECT to_jsonb(execution) INTO owner FROM next_action_executions execution
      WHERE id = (written ->> 'execution_id')::uuid;
    ELSIF relation = 'job_attempts' THEN
      SELECT to_jsonb(job) INTO owner FROM jobs job WHERE id = (written ->> 'job_id')::uuid;
    ELSIF relation = 'webhook_attempts' THEN
      SELECT to_jsonb(delivery) INTO owner FROM webhook_deliveries delivery
      WHERE id = (written ->> 'delivery_id')::uuid;
    END IF;
    IF owner ->> 'entity_type' IS NULL AND owner ->> 'next_action_id' IS NOT NULL THEN
      SELECT to_jsonb(nba) INTO owner FROM next_best_actions nba
      WHERE id = (owner ->> 'next_action_id')::uuid;
    END IF;
    RETURN owner ->> 'entity_type' || '/' || coalesce(owner ->> 'entity_id', '');
  END $$;

  CREATE FUNCTION record_written() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP <> 'INSERT' THEN
      INSERT INTO written
      VALUES (pg_current_xact_id(), TG_ARGV[0], scope_of(TG_ARGV[0], to_jsonb(OLD)));
    END IF;
    IF TG_OP <> 'DELETE' THEN
      INSERT INTO written
      VALUES (pg_current_xact_id(), TG_ARGV[0], scope_of(TG_ARGV[0], to_jsonb(NEW)));
    END IF;
    RETURN NULL;
  END $$;`;

const TABLES = `
  SELECT relname AS name FROM pg_class
  WHERE relkind IN ('r', 'p') AND NOT relispartition AND relname <> 'written'
    AND relnamespace = current_schema()::regnamespace`;

const TRANSACTIONS = `
  SELECT DISTINCT relations, scopes FROM (
    SELECT array_agg(DISTINCT relation ORDER BY relation) AS relations,
      count(DISTINCT scope)::int AS scopes
    FROM written GROUP BY txid) AS transactions
  ORDER BY relations, scopes`;

/** The tables that a transaction wrote, and over how many scopes. */
export interface WrittenTransaction {
  readonly relations: string[];
  readonly scopes: number;
}

/** Begins to record what every transaction writes, in a database of the test's own. */
export async function recordWrites(app: TestApp): Promise<void> {
  await app.rows(RECORD);
  for (const { name } of await app.rows<{ name: string }>(TABLES)) {
    await app.rows(`
      CREATE TRIGGER record_written AFTER INSERT OR UPDATE OR DELETE ON "${name}"
      FOR EACH ROW EXECUTE FUNCTION record_written('${name}')`);
  }
}

/** The transactions since then, those that wrote the same tables over as many scopes once. */
export function writtenTransactions(app: TestApp): Promise<WrittenTransaction[]> {
  return app.rows<{ relations: string[]; scopes: number }>(TRANSACTIONS);
}
