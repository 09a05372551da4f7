import { EVERY_EVENT } from '../src/feed/event-filter.js';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { problems } from './support/problems.js';
import { onEvent } from './support/wait-for-event.js';
import { TransactionRunner } from '../src/database/transactions/transaction-runner.js';
import { SYSTEM_ACTOR } from '../src/kernel/actor.js';
import { visibleRows } from '../src/kernel/grants.js';
import { feedQuery } from '../src/ops-events/ops-events.sql.js';

/** Publishes an event while the application starts, as a job that runs at once does. */
@Injectable()
class PublishesAtStart implements OnApplicationBootstrap {
  constructor(private readonly transactions: TransactionRunner) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.transactions.run((tx) => {
      tx.publish('nba.upsert', upsertEvent('at-start'));
      return Promise.resolve();
    });
  }
}

const upsertEvent = (note: string) => ({
  actorId: null,
  requestId: note,
  sourceType: null,
  sourceId: null,
  status: 'success' as const,
  meta: { created: true, entityType: 'account', entityId: note },
});

describe('ops events', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({ providers: [PublishesAtStart] });
  });
  afterAll(() => app.close());

  it('are logged from the start of the application on', () => {
    expect(app.logs()).toContainEqual(
      expect.objectContaining({ msg: 'nba.upsert', requestId: 'at-start' }),
    );
  });

  const feed = async (query: Record<string, string | number | undefined> = {}) =>
    (await app.api.get('/api/ops-events', query).expect(200)).body;

  it('come newest first, each once by cursor while others are added', async () => {
    for (let i = 0; i < 7; i++) await createNextAction(app.api);
    const all = (await feed({ pageSize: 100 })).items.map((event: { id: string }) => event.id);
    expect(all).toEqual([...all].sort().reverse());
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await feed({ pageSize: 3, cursor });
      seen.push(...page.items.map((event: { id: string }) => event.id));
      cursor = page.pagination.nextCursor ?? undefined;
      await createNextAction(app.api);
    } while (cursor !== undefined);
    expect(seen).toEqual(all);
  });

  it('are filtered by key, NBA and time', async () => {
    const { id } = await createNextAction(app.api);
    await app.api.press(id, 'mark_done').expect(200);
    expect((await feed({ nextActionId: id })).items).toHaveLength(2);
    const [executed] = (await feed({ nextActionId: id, eventKey: 'nba.delivery.executed' })).items;
    expect((await feed({ nextActionId: id, since: executed.createdAt })).items).toEqual([executed]);
    expect((await feed({ since: '2999-01-01T00:00:00Z' })).items).toEqual([]);
  });

  it('are found by an NBA whose id a press wrote in capitals', async () => {
    const { id } = await createNextAction(app.api);
    await app.api.press(id.toUpperCase(), 'mark_done').expect(200);
    for (const nextActionId of [id, id.toUpperCase()]) {
      const { items } = await feed({ nextActionId, eventKey: 'nba.delivery.executed' });
      expect(items).toEqual([expect.objectContaining({ sourceId: id })]);
    }
  });

  it('since a time are found without a look at older ones', async () => {
    // Made in 2020: the first 48 bits of their ids say so.
    await app.rows(`
      INSERT INTO ops_events (id, level, event_key, created_at)
      SELECT ('016f5e66-e800-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'info', 'nba.upsert',
        '2020-01-01T00:00:00Z' FROM generate_series(1, 5000) n`);
    await app.rows('ANALYZE ops_events');
    const since = new Date(Date.now() - 3_600_000).toISOString();
    const { statement, values } = feedQuery({ since, visible: EVERY_EVENT }, { limit: 101 });
    const [row] = await app.rows<{ 'QUERY PLAN': object }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${statement.text}`,
      values,
    );
    const plan = JSON.stringify(row?.['QUERY PLAN']);
    const removed = [...plan.matchAll(/"Rows Removed by [^"]+":(\d+)/g)].map((at) => Number(at[1]));
    expect(Math.max(0, ...removed)).toBeLessThan(100);
    expect((await feed({ since: '2019-12-31T23:59:59.999Z', pageSize: 100 })).items).toHaveLength(
      100,
    );
    expect((await feed({ since })).items.length).toBeGreaterThan(0);
  });

  it('of one instant are all found since it', async () => {
    const since = '2020-01-01T00:00:00.000Z';
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await feed({ since, pageSize: 100, cursor });
      seen.push(...page.items.map((event: { id: string }) => event.id));
      cursor = page.pagination.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen.filter((id) => id.startsWith('016f5e66-e800'))).toHaveLength(5000);
  });

  it.each([
    ['a user', 'actor_id', { actorId: '00000000-0000-7000-8000-000000000042' }],
    ['a scope', 'entity_type_entity_id', { scope: 'account/seldom' }],
  ])('of %s are found without a look at others', async (_, index, filter) => {
    await app.rows(
      `
      INSERT INTO ops_events (id, level, event_key, entity_type, entity_id, actor_id, created_at)
      SELECT (lpad(to_hex(1577836800000 + n), 12, '0') || '70008000' || lpad(to_hex($1::int), 12, '0'))::uuid,
        'info', 'nba.upsert', 'account', CASE WHEN n % 1500 = 0 THEN 'seldom' ELSE 'often' END,
        ('00000000-0000-7000-8000-0000000000' || CASE WHEN n % 1500 = 0 THEN '42' ELSE '01' END)::uuid,
        '2020-01-02T00:00:00Z' FROM generate_series(1, 6000) n`,
      [index.length],
    );
    await app.rows('ANALYZE ops_events');
    const visible = visibleRows('scope' in filter ? filter : {}, SYSTEM_ACTOR);
    const actorId = 'actorId' in filter ? filter.actorId : undefined;
    const { statement, values } = feedQuery({ actorId, visible }, { limit: 101 });
    const [row] = await app.rows<{ 'QUERY PLAN': object }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${statement.text}`,
      values,
    );
    const plan = JSON.stringify(row?.['QUERY PLAN']);
    const removed = [...plan.matchAll(/"Rows Removed by [^"]+":(\d+)/g)].map((at) => Number(at[1]));
    expect(Math.max(0, ...removed)).toBe(0);
    expect(plan).toMatch(new RegExp(`"Index Name":"\\w*${index}`));
    const { items } = await feed({ ...filter, pageSize: 100 });
    expect(items.length % 4).toBe(0);
    expect(items.length).toBeGreaterThan(3);
  });

  it.each([
    ['eventKey', { eventKey: 'nope' }],
    ['since', { since: 'yesterday' }],
    ['nextActionId', { nextActionId: 'x' }],
    ['pageSize', { pageSize: 1000 }],
    ['page', { page: 2 }],
  ])('refuse a bad %s', async (field, query) => {
    const { body } = await app.api.get('/api/ops-events', query).expect(400);
    expect(body.errors.map((error: { field: string }) => error.field)).toContain(field);
  });

  it('refuse a cursor that was tampered with', async () => {
    expect((await app.api.get('/api/ops-events', { cursor: 'abc.def' }).expect(400)).body).toEqual(
      problems.cursorInvalid,
    );
  });

  it('of a transaction that rolled back are neither stored nor emitted', async () => {
    const published: unknown[] = [];
    const stop = onEvent(app, '**', (event) => published.push(event.requestId));
    const runner = app.get(TransactionRunner);
    await expect(
      runner.run((tx) => {
        tx.publish('nba.upsert', upsertEvent('rolled-back'));
        return Promise.reject(new Error('no'));
      }),
    ).rejects.toThrow('no');
    await runner.run((tx) => {
      tx.publish('nba.upsert', upsertEvent('committed'));
      return Promise.resolve();
    });
    stop();
    expect(published).toEqual(['committed']);
    expect(
      await app.rows(
        `SELECT request_id FROM ops_events WHERE request_id IN ('rolled-back', 'committed')`,
      ),
    ).toEqual([{ request_id: 'committed' }]);
  });

  it('are emitted only after the commit', async () => {
    let stored: Promise<unknown[]> | undefined;
    const stop = onEvent(app, '**', (event) => {
      stored = app.rows('SELECT id FROM ops_events WHERE id = $1', [event.id]);
    });
    await createNextAction(app.api);
    stop();
    expect(await stored).toHaveLength(1);
  });

  it('do not fail when a listener throws', async () => {
    const stops = [
      onEvent(app, '**', () => {
        throw new Error('a listener of the test');
      }),
      onEvent(app, '**', () => Promise.reject(new Error('a listener of the test'))),
    ];
    await createNextAction(app.api);
    for (const stop of stops) stop();
    expect(
      app.logs().filter((line) => line.msg === 'an event listener failed').length,
    ).toBeGreaterThanOrEqual(1);
  });
});
