import { type Client } from 'pg';

/** How an error of PostgreSQL quotes a value: in its message, detail, hint or context. */
export const ERROR_FORMS = ['message', 'detail', 'cast', 'row', 'key', 'statement'] as const;
export type ErrorForm = (typeof ERROR_FORMS)[number];

/**
 * The database refuses what is done to chosen NBAs, with an error that quotes a text: when one becomes
 * done, and when the job of its deliveries records its event.
 */
const INSTALL = `
  CREATE TABLE drill_faults (next_action_id text PRIMARY KEY, form text NOT NULL, text text NOT NULL);
  CREATE TABLE drill_values (value text CONSTRAINT pk_drill_values PRIMARY KEY CHECK (value = 'none'));
  CREATE FUNCTION drill_fail(id text) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    fault drill_faults;
  BEGIN
    SELECT * INTO fault FROM drill_faults WHERE next_action_id = id;
    IF NOT FOUND THEN RETURN; END IF;
    CASE fault.form
      WHEN 'message' THEN RAISE EXCEPTION 'the relay refused %', fault.text;
      WHEN 'detail' THEN RAISE EXCEPTION 'the relay refused' USING DETAIL = fault.text, HINT = fault.text;
      WHEN 'cast' THEN PERFORM fault.text::int;
      WHEN 'row' THEN INSERT INTO drill_values VALUES (fault.text);
      WHEN 'key' THEN
        ALTER TABLE drill_values DROP CONSTRAINT IF EXISTS drill_values_value_check;
        INSERT INTO drill_values VALUES (fault.text), (fault.text);
      WHEN 'statement' THEN EXECUTE format('SELECT %L::int', fault.text);
    END CASE;
  END $$;
  CREATE FUNCTION drill_done() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM drill_fail(NEW.id::text); RETURN NEW; END $$;
  CREATE TRIGGER drill_done BEFORE UPDATE ON next_best_actions FOR EACH ROW
    WHEN (NEW.status = 'done') EXECUTE FUNCTION drill_done();
  CREATE FUNCTION drill_event() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM drill_fail(NEW.source_id); RETURN NEW; END $$;
  CREATE TRIGGER drill_event BEFORE INSERT ON ops_events FOR EACH ROW
    WHEN (NEW.event_key = 'nba.delivery.retry_job.stub') EXECUTE FUNCTION drill_event();`;

/** What operators can read; ids, keys and scopes that a client chose are its own data. */
const ON_RECORD: Readonly<Record<string, string>> = {
  ops_events: `SELECT to_jsonb(e) - 'source_id' - 'entity_id' FROM ops_events e`,
  'the executions': `SELECT to_jsonb(e) FROM next_action_executions e`,
  'the last execution of an NBA': `
    SELECT to_jsonb(ARRAY[last_execution_error_code, last_execution_error_message])
    FROM next_best_actions WHERE last_execution_error_code IS NOT NULL`,
  'the tries of jobs': `SELECT to_jsonb(a) - 'entity_id' - 'dedupe_key' FROM job_attempts a`,
  'the rate limits': `SELECT to_jsonb(r) FROM rate_limits r`,
};

/** The database of the drill: it fails on demand, and shows what is on record. */
export class FaultyDatabase {
  constructor(private readonly client: Client) {}

  async install(): Promise<void> {
    await this.client.query(INSTALL);
  }

  /** From now on, what is done to this NBA fails with an error that quotes the text. */
  async fail(nextActionId: string, form: ErrorForm, text: string): Promise<void> {
    await this.client.query('INSERT INTO drill_faults VALUES ($1, $2, $3)', [
      nextActionId,
      form,
      text,
    ]);
  }

  /** How many jobs have failed for the last time. */
  async deadLettered(): Promise<number> {
    const { rows } = await this.client.query<{ count: number }>(
      `SELECT count(DISTINCT job_id)::int AS count FROM job_attempts WHERE status = 'dead_lettered'`,
    );
    return rows[0]!.count;
  }

  /** All that is on record, by where it stands. */
  async records(): Promise<[string, string][]> {
    const found: [string, string][] = [];
    for (const [where, statement] of Object.entries(ON_RECORD)) {
      const { rows } = await this.client.query<{ row: string }>(
        `SELECT row::text FROM (${statement}) AS all_rows (row)`,
      );
      found.push([where, rows.map(({ row }) => row).join('\n')]);
    }
    return found;
  }
}
