import { Client } from 'pg';
import { uuidv7 } from 'uuidv7';

/** Queued NBAs of each scope. */
export const SCOPE_SIZE = 10_000;

/** The scope whose list is read; nobody presses there, so that every round reads the same. */
export const LIST_SCOPE = { entityType: 'bench', entityId: 'list' } as const;

const INSERT = `
  INSERT INTO next_best_actions (id, title, reason, priority, score, source_type, source_id,
    payload, created_by_rule, dedupe_key, entity_type, entity_id)
  SELECT id, 'Retry the failed delivery', '4 notification deliveries failed in the last 24 hours.',
    (ARRAY['low', 'medium', 'high', 'critical'])[1 + n % 4], (n * 37 % 101)::int,
    'notification_delivery', n::text, '{"channel": "email", "failed": 4}', 'retry_deliveries',
    'bench:' || id, $2, $3
  FROM unnest($1::uuid[]) WITH ORDINALITY AS new(id, n)`;

/** The data that the contestants work on: a list, and NBAs that nobody has pressed yet. */
export class Desk {
  private readonly client: Client;
  private unpressed: string[] = [];
  private scopes = 0;

  constructor(
    databaseUrl: string,
    private readonly scopeSize = SCOPE_SIZE,
  ) {
    this.client = new Client({ connectionString: databaseUrl });
  }

  async open(): Promise<void> {
    await this.client.connect();
  }

  /** Queues what {@link LIST_SCOPE} shows. */
  async queueList(): Promise<void> {
    await this.insert(LIST_SCOPE.entityType, LIST_SCOPE.entityId);
  }

  /** Makes sure of enough NBAs to press, and that each round begins in the same state. */
  async prepare(presses: number): Promise<void> {
    while (this.unpressed.length < presses) {
      const ids = await this.insert('bench', `press_${(this.scopes += 1)}`);
      this.unpressed = this.unpressed.concat(ids);
    }
    await this.client.query(
      'VACUUM (ANALYZE) next_best_actions, next_action_executions, ops_events',
    );
    await this.client.query('CHECKPOINT');
  }

  /** The next NBA that nobody has pressed. */
  next(): string {
    const id = this.unpressed.pop();
    if (id === undefined) throw new Error('Every NBA of the desk was pressed: seed more a round.');
    return id;
  }

  async executions(): Promise<number> {
    const { rows } = await this.client.query<{ total: number }>(
      `SELECT count(*)::int AS total FROM next_action_executions e
       JOIN ops_events o ON o.meta ->> 'executionId' = e.id::text WHERE e.status = 'success'`,
    );
    return rows[0]!.total;
  }

  close(): Promise<void> {
    return this.client.end();
  }

  private async insert(entityType: string, entityId: string): Promise<string[]> {
    const ids = Array.from({ length: this.scopeSize }, uuidv7);
    await this.client.query(INSERT, [ids, entityType, entityId]);
    return ids;
  }
}
