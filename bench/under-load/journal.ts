import { Client } from 'pg';
import { uuidv7 } from 'uuidv7';
import { pick, randomOf } from './random.js';

/** Scopes of the NBAs that are pressed; nothing but presses scores them. */
export const PRESSED_TYPE = 'chaos_pressed';
const PRESSED_SCOPES = 8;

/** Presses of each action, of a hundred. `retry_failed_deliveries` enqueues a job. */
const ACTIONS = [
  ['mark_done', 40],
  ['retry_failed_deliveries', 30],
  ['snooze_1d', 12],
  ['recompute_score', 10],
  ['run_risk_rules', 8],
] as const;

const INSERT = `
  INSERT INTO next_best_actions (id, title, priority, score, dedupe_key, entity_type, entity_id)
  SELECT id, 'Chaos', 'high', (n * 37 % 101)::int, 'chaos:' || id, $2, 'desk_' || n % $3
  FROM unnest($1::uuid[]) WITH ORDINALITY AS new(id, n)`;

/** One press that a client wants: it is sent again, the same, until it is answered. */
export interface Press {
  readonly nextActionId: string;
  readonly actionKey: string;
  /** Undefined for a press that the dedupe window alone protects. */
  readonly key: string | undefined;
  /** The execution of each 2xx answer. */
  readonly executionIds: string[];
}

/** Runs statements on a connection of their own, which is closed after them. */
export async function direct<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** What clients pressed and how they were answered. No NBA is pressed by two different presses. */
export class Journal {
  readonly presses: Press[] = [];
  private unpressed: string[] = [];
  private readonly random: () => number;

  constructor(seed: number) {
    this.random = randomOf(seed);
  }

  /** Makes sure of so many NBAs that nobody has pressed. */
  async seed(url: string, count: number): Promise<void> {
    const missing = count - this.unpressed.length;
    if (missing <= 0) return;
    const ids = Array.from({ length: missing }, uuidv7);
    await direct(url, (client) => client.query(INSERT, [ids, PRESSED_TYPE, PRESSED_SCOPES]));
    this.unpressed.push(...ids);
  }

  /** The next press; undefined when every NBA was pressed. */
  next(wanted: { actionKey?: string; keyed?: boolean } = {}): Press | undefined {
    const nextActionId = this.unpressed.pop();
    if (nextActionId === undefined) return undefined;
    const actionKey = wanted.actionKey ?? pick(this.random, ACTIONS);
    // Only the window of mark_done is without an end: a late retry of another could run again.
    const keyed = wanted.keyed ?? (actionKey !== 'mark_done' || this.random() < 0.6);
    const key = keyed ? `chaos-${nextActionId}` : undefined;
    const press = { nextActionId, actionKey, key, executionIds: [] };
    this.presses.push(press);
    return press;
  }

  /** Presses without a 2xx answer so far. */
  open(): Press[] {
    return this.presses.filter(({ executionIds }) => executionIds.length === 0);
  }
}
