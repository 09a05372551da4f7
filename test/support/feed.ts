import { uuidv7 } from 'uuidv7';
import { type ClientBase } from 'pg';
import { type TransactionRunner } from '../../src/database/transactions/transaction-runner.js';
import { type Scope } from '../../src/kernel/scope.js';
import { type ApiClient } from './requests.js';

/** An event as the feed shows it, as far as the tests look at it. */
export interface ShownEvent {
  readonly id: string;
  readonly requestId: string | null;
}

/** A page of the commit-ordered feed. */
export interface FeedAnswer {
  readonly items: ShownEvent[];
  readonly pagination: { hasNext: boolean; nextCursor: string; pageSize: number; gap: boolean };
}

/** An event without a scope; `note` is its requestId, by which the tests find it. */
export function testEvent(note: string) {
  return {
    actorId: null,
    requestId: note,
    sourceType: null,
    sourceId: null,
    status: 'success' as const,
    meta: { created: true, entityType: 'account', entityId: note },
  };
}

/** Stores an event as the application does: the position comes from the columns' defaults. */
export async function insertEvent(
  client: Pick<ClientBase, 'query'>,
  note: string,
): Promise<string> {
  const id = uuidv7();
  await client.query(
    `INSERT INTO ops_events (id, level, event_key, request_id, created_at)
     VALUES ($1, 'info', 'nba.upsert', $2, now())`,
    [id, note],
  );
  return id;
}

/**
 * Stores many events in transactions of 1 to 40 that are open at the same time, with a connection each, and
 * that commit in an order of their own; one in ten is rolled back, and its events stored again. Returns the
 * notes.
 */
export async function storeOutOfOrder(
  writers: readonly Pick<ClientBase, 'query'>[],
  count: number,
  name = 'out of order',
): Promise<string[]> {
  const notes = Array.from({ length: count }, (_, index) => `${name} ${index}`);
  const left = [...notes];
  await Promise.all(
    writers.map(async (writer) => {
      while (left.length > 0) {
        const own = left.splice(0, 1 + Math.floor(Math.random() * 40));
        await writer.query('BEGIN');
        for (let at = 0; at < own.length; at += 8) {
          const part = own.slice(at, at + 8);
          await writer.query(
            `INSERT INTO ops_events (id, level, event_key, request_id, created_at)
             SELECT id, 'info', 'nba.upsert', note, now() FROM unnest($1::uuid[], $2::text[]) AS new (id, note)`,
            [part.map(() => uuidv7()), part],
          );
        }
        const rolledBack = Math.random() < 0.1;
        await writer.query(rolledBack ? 'ROLLBACK' : 'COMMIT');
        if (rolledBack) left.push(...own);
      }
    }),
  );
  return notes;
}

/** Who caused an event, and where. */
export interface EventOptions {
  readonly scope?: Scope;
  readonly actorId?: string;
}

/** Publishes an event of the application in a transaction of its own. */
export async function publishEvent(
  runner: TransactionRunner,
  note: string,
  { scope, actorId }: EventOptions = {},
): Promise<void> {
  await runner.run((tx) => {
    tx.publish('nba.upsert', {
      ...testEvent(note),
      actorId: actorId ?? null,
      ...(scope ? { scope } : {}),
    });
    return Promise.resolve();
  });
}

/** Publishes events without a scope, one after another. */
export async function publish(runner: TransactionRunner, ...notes: string[]): Promise<void> {
  for (const note of notes) await publishEvent(runner, note);
}

/** Polls the commit-ordered feed over HTTP, as a client does. */
export class FeedClient {
  readonly seen: string[] = [];

  constructor(
    private readonly api: ApiClient,
    private readonly query: Record<string, string | number> = {},
    public cursor?: string,
  ) {}

  /** Reads one page on. */
  async page(): Promise<FeedAnswer> {
    const { cursor } = this;
    const { body } = await this.api
      .get('/api/ops-events', { order: 'asc', ...this.query, cursor })
      .expect(200);
    const answer = body as FeedAnswer;
    this.cursor = answer.pagination.nextCursor;
    this.seen.push(...answer.items.map(({ requestId, id }) => requestId ?? id));
    return answer;
  }

  /** Reads until there is no more now. */
  async drain(): Promise<string[]> {
    while ((await this.page()).pagination.hasNext);
    return this.seen;
  }
}
