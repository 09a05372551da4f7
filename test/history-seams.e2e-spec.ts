import { EVERY_EVENT } from '../src/feed/event-filter.js';
import { Client } from 'pg';
import { monthOf } from '../src/database/retention/months.js';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryOutcome,
} from '../src/next-actions/delivery/delivery-action.js';
import { findEarlier } from '../src/next-actions/delivery/executions.sql.js';
import { feedQuery } from '../src/ops-events/ops-events.sql.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { daysAgo, idAt, splitPastMonths } from './support/history.js';

const DAY_MS = 86_400_000;

@DeliveryAction({ key: 'once_a_quarter', label: 'Once a quarter', dedupeWindowMs: 90 * DAY_MS })
class OnceAQuarterAction implements DeliveryActionHandler {
  run(): DeliveryOutcome {
    return {};
  }
}

@DeliveryAction({ key: 'once', label: 'Once', dedupeWindowMs: 'forever' })
class OnceAction implements DeliveryActionHandler {
  run(): DeliveryOutcome {
    return {};
  }
}

/** Days ago, in four months: each is in a partition of its own or of its neighbour. */
const DAYS = [1, 32, 64, 100];

describe('History over several partitions', () => {
  let app: TestApp;
  let nextActionId: string;
  beforeAll(async () => {
    app = await createTestApp({ providers: [OnceAQuarterAction, OnceAction] });
    await splitPastMonths((sql) => app.rows(sql), 2);
    nextActionId = (await createNextAction(app.api)).id;
  });
  afterAll(() => app.close());

  const press = async (days: number, actionKey: string): Promise<string> => {
    const [id, time] = [idAt(daysAgo(days)), daysAgo(days)];
    await app.rows(
      `INSERT INTO next_action_executions (id, next_action_id, action_key, status, started_at,
         finished_at) VALUES ($1, $2, $3, 'success', $4, $4)`,
      [id, nextActionId, actionKey, time],
    );
    return id;
  };
  const pages = async (path: string, query: object): Promise<string[]> => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await app.api.get(path, { ...query, pageSize: 1, cursor }).expect(200);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.pagination.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return seen;
  };
  it('lists the executions of an action by cursor, newest first, with their number', async () => {
    const expected: string[] = [];
    for (const days of DAYS) expected.push(await press(days, 'mark_done'));
    const path = `/api/next-actions/${nextActionId}/executions`;
    expect(await pages(path, {})).toEqual(expected);
    const { body } = await app.api.get(path, { page: 2, pageSize: 3 }).expect(200);
    expect(body.items).toEqual([expect.objectContaining({ id: expected[3] })]);
    expect(body.pagination).toMatchObject({ total: 4 });
  });

  it('lists the events by cursor and since a time', async () => {
    const expected: string[] = [];
    for (const days of DAYS) {
      const id = idAt(daysAgo(days));
      await app.rows(
        `INSERT INTO ops_events (id, level, event_key, source_type, source_id, created_at)
         VALUES ($1, 'info', 'nba.run', 'next_action', $2, $3)`,
        [id, nextActionId, daysAgo(days)],
      );
      expected.push(id);
    }
    const of = { eventKey: 'nba.run', nextActionId };
    expect(await pages('/api/ops-events', of)).toEqual(expected);
    const since = daysAgo(65).toISOString();
    expect(await pages('/api/ops-events', { ...of, since })).toEqual(expected.slice(0, 3));
  });

  it.each([
    ['once_a_quarter', 80],
    ['once', 400],
  ])('answers a repeat of %s by an execution of %i days ago', async (actionKey, days) => {
    const id = await press(days, actionKey);
    const { body, headers } = await app.api.press(nextActionId, actionKey).expect(200);
    expect(body.executionId).toBe(id);
    expect(headers['idempotent-replayed']).toBe('true');
  });

  it('runs a press again whose execution is before its window', async () => {
    const { id } = await createNextAction(app.api);
    nextActionId = id;
    const old = await press(95, 'once_a_quarter');
    const { body } = await app.api.press(id, 'once_a_quarter').expect(200);
    expect(body.executionId).not.toBe(old);
  });

  it('is read by a press in the months of its window, with one plan for every press', async () => {
    const client = new Client({ connectionString: app.database.url });
    await client.connect();
    try {
      await client.query(
        `PREPARE look (uuid, text, float8, text) AS ${findEarlier(70 * DAY_MS, new Date()).text}`,
      );
      const look = (days: number): string =>
        `EXECUTE look ('${nextActionId}', 'mark_done', ${days * DAY_MS}, 'hash')`;
      for (let n = 0; n < 7; n += 1) await client.query(look(0));
      const { rows } = await client.query(
        `SELECT generic_plans > 0 AS generic FROM pg_prepared_statements WHERE name = 'look'`,
      );
      expect(rows).toEqual([{ generic: true }]);
      const explained = async (days: number): Promise<string[]> => {
        const plan = await client.query<PlanLine>(`EXPLAIN (ANALYZE) ${look(days)}`);
        return partitionsIn(plan.rows);
      };
      const current = `next_action_executions_${monthOf(new Date()).name}`;
      expect(await explained(0)).toContain(current);
      // The ids of a day before may be in the month before, those of a day later in the next one.
      expect((await explained(0)).length).toBeLessThanOrEqual(2);
      expect((await explained(70)).length).toBeGreaterThanOrEqual(3);
      expect(await explained(70)).not.toContain('next_action_executions_oldest');
    } finally {
      await client.end();
    }
  });

  it('of other months is not even locked by a press', async () => {
    const client = new Client({ connectionString: app.database.url });
    await client.connect();
    try {
      const { text } = findEarlier(60_000, new Date());
      await client.query(`SET plan_cache_mode = force_generic_plan`);
      await client.query(`PREPARE look (uuid, text, float8, text) AS ${text}`);
      await client.query(`BEGIN`);
      await client.query(`EXECUTE look ('${nextActionId}', 'mark_done', 60000, 'hash')`);
      const { rows } = await client.query<{ name: string }>(
        `SELECT relation::regclass::text AS name FROM pg_locks JOIN pg_class ON pg_class.oid = relation
         WHERE pid = pg_backend_pid() AND relkind = 'r' AND relname LIKE 'next_action_executions_%'`,
      );
      // The month before, this one, and those that are made ahead.
      const first = monthOf(new Date(), -1).name;
      const locked = rows.map(({ name }) => name.replace('next_action_executions_', ''));
      expect(locked).toContain(monthOf(new Date()).name);
      expect(locked.filter((name) => name < first || name === 'oldest')).toEqual([]);
    } finally {
      await client.end();
    }
  });

  it('is not read before the time that a list of events begins at', async () => {
    const since = daysAgo(2).toISOString();
    const { statement, values } = feedQuery({ since, visible: EVERY_EVENT }, { limit: 26 });
    const plan = await app.rows<PlanLine>(`EXPLAIN (ANALYZE) ${statement.text}`, values);
    const current = `ops_events_${monthOf(new Date()).name}`;
    const read = partitionsIn(plan).filter((name) => name <= current);
    expect(read).toContain(current);
    expect(read.length).toBeLessThanOrEqual(2);
  });
});

interface PlanLine {
  'QUERY PLAN': string;
}

/** The partitions in a plan; those that were left out when the statement began are not in it. */
function partitionsIn(plan: readonly PlanLine[]): string[] {
  const text = plan.map((line) => line['QUERY PLAN']).join('\n');
  return [...new Set(text.match(/(?:next_action_executions|ops_events)_(?:oldest|\d{4}_\d\d)\b/g))];
}
