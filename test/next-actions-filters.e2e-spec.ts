import { randomUUID } from 'node:crypto';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { problems } from './support/problems.js';

const HOUR_MS = 3_600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString();

type Query = Record<string, string | number>;
interface Page {
  readonly items: Record<string, unknown>[];
  readonly pagination: {
    readonly total: number;
    readonly totalIsExact: boolean;
    readonly totalPages: number;
    readonly hasNext: boolean;
    readonly nextCursor: string | null;
  };
}

describe('a list of next best actions', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({ env: { WORKER: 'false' } });
  });
  afterAll(() => app.close());

  const list = async (query: Query): Promise<Page> =>
    (await app.api.get('/api/next-actions', query).expect(200)).body as Page;
  const titles = ({ items }: Page) => items.map(({ title }) => title);

  /** The titles of a list, read row by row by its cursor. */
  async function walk(query: Query): Promise<unknown[]> {
    const seen: unknown[] = [];
    let cursor: string | null = null;
    do {
      const page: Page = await list({ ...query, pageSize: 1, ...(cursor ? { cursor } : {}) });
      seen.push(...titles(page));
      cursor = page.pagination.nextCursor;
    } while (cursor !== null);
    return seen;
  }

  describe('of several states', () => {
    const scope = { entityType: 'account', entityId: 'states' };
    beforeAll(async () => {
      for (const [index, press] of [undefined, 'mark_done', 'dismiss', undefined].entries()) {
        const values = { ...scope, title: `n${index}`, score: 90 - index };
        const { id } = await createNextAction(app.api, values);
        if (press !== undefined) await app.api.press(id, press).expect(200);
      }
    });

    it.each([
      ['queued', ['n0', 'n3']],
      ['done', ['n1']],
      ['queued,done', ['n0', 'n1', 'n3']],
      ['dismissed,queued', ['n0', 'n2', 'n3']],
      ['done,dismissed,expired', ['n1', 'n2']],
      ['queued,done,dismissed,expired', ['n0', 'n1', 'n2', 'n3']],
      ['done,done', ['n1']],
    ])('%s is in one order', async (status, expected) => {
      const page = await list({ ...scope, status });
      expect([titles(page), page.pagination.total]).toEqual([expected, expected.length]);
      expect(await walk({ ...scope, status })).toEqual(expected);
    });

    it('takes a cursor whatever the order in which the states are named', async () => {
      const { pagination } = await list({ ...scope, status: 'queued,done', pageSize: 1 });
      const cursor = pagination.nextCursor!;
      const page = await list({ ...scope, status: 'done,queued,done', pageSize: 1, cursor });
      expect(titles(page)).toEqual(['n1']);
      const other = { ...scope, status: 'queued', pageSize: 1, cursor };
      await app.api.get('/api/next-actions', other).expect(400);
    });
  });

  describe('of what is snoozed', () => {
    const scope = { entityType: 'account', entityId: 'snoozed' };
    const values = { ...scope, score: 50 };
    beforeAll(async () => {
      await createNextAction(app.api, { ...values, title: 'awake' });
      await createNextAction(app.api, { ...values, title: 'over', snoozedUntil: inHours(-1) });
      await createNextAction(app.api, { ...values, title: 'late', snoozedUntil: inHours(9) });
      await createNextAction(app.api, { ...values, title: 'soon', snoozedUntil: inHours(1) });
      const done = { ...values, title: 'done', snoozedUntil: inHours(2) };
      const { id } = await createNextAction(app.api, done);
      await app.api.press(id, 'mark_done').expect(200);
    });

    it.each([
      [{ snoozed: 'hidden' }, ['awake', 'over']],
      [{ snoozed: 'only' }, ['done', 'late', 'soon']],
      [{ snoozed: 'all' }, ['awake', 'done', 'late', 'over', 'soon']],
      [{ snoozed: 'only', status: 'queued' }, ['late', 'soon']],
      [{ snoozed: 'all', status: 'queued' }, ['awake', 'late', 'over', 'soon']],
      [{ snoozed: 'hidden', status: 'done' }, []],
      [{ status: 'done' }, ['done']],
      [{ status: 'queued,done' }, ['awake', 'over']],
    ] as [Query, string[]][])('with %j', async (filter, expected) => {
      const page = await list({ ...scope, ...filter });
      expect(titles(page).sort()).toEqual(expected);
      expect(page.pagination.total).toBe(expected.length);
    });

    it.each([
      [{ snoozed: 'only', status: 'queued' }, ['soon', 'late']],
      [{ snoozed: 'only' }, ['soon', 'done', 'late']],
      [{ snoozed: 'all', status: 'queued' }, ['over', 'soon', 'late', 'awake']],
      [{}, ['over', 'awake']],
    ] as [Query, string[]][])('with %j by the end of the snooze', async (filter, expected) => {
      const query = { ...scope, ...filter, sort: 'snoozedUntil' };
      expect(titles(await list(query))).toEqual(expected);
      expect(await walk(query)).toEqual(expected);
    });
  });

  it('can be sorted by the newest, and takes a cursor of that order only', async () => {
    const scope = { entityType: 'account', entityId: 'newest' };
    for (const [title, score] of [
      ['first', 90],
      ['second', 10],
      ['third', 50],
    ] as const) {
      await createNextAction(app.api, { ...scope, title, score });
    }
    const newest = { ...scope, sort: '-createdAt' };
    expect(titles(await list(newest))).toEqual(['third', 'second', 'first']);
    expect(await walk(newest)).toEqual(['third', 'second', 'first']);
    expect(await walk({ ...newest, status: 'queued' })).toEqual(['third', 'second', 'first']);
    expect(await walk(scope)).toEqual(['first', 'third', 'second']);

    const { nextCursor } = (await list({ ...newest, pageSize: 1 })).pagination;
    for (const sort of [{}, { sort: 'snoozedUntil' }]) {
      const query = { ...scope, ...sort, pageSize: 1, cursor: nextCursor! };
      const { body } = await app.api.get('/api/next-actions', query).expect(400);
      expect(body).toEqual(problems.cursorInvalid);
    }
  });

  it('shows what is assigned to the caller, to another user, or to nobody', async () => {
    const scope = { entityType: 'account', entityId: 'assigned' };
    const me = (await app.api.get('/api/auth/me').expect(200)).body as { id: string };
    const other = randomUUID();
    for (const [title, assignee] of [
      ['mine', me.id],
      ['theirs', other],
      ['free', null],
    ] as const) {
      const { id, assigneeId } = await createNextAction(app.api, { ...scope, title });
      expect(assigneeId).toBeNull();
      await app.rows('UPDATE next_best_actions SET assignee_id = $2 WHERE id = $1', [id, assignee]);
    }
    for (const [assigneeId, expected] of [
      ['me', ['mine']],
      [me.id.toUpperCase(), ['mine']],
      [other, ['theirs']],
      ['none', ['free']],
      [randomUUID(), []],
    ] as const) {
      for (const status of [{}, { status: 'queued' }] as Query[]) {
        const page = await list({ ...scope, assigneeId, ...status });
        expect([titles(page), page.pagination.total]).toEqual([expected, expected.length]);
      }
      expect(titles(await list({ scope: '*', assigneeId, search: 'e' }))).toEqual(
        expect.arrayContaining(expected.filter((title) => title !== 'free')),
      );
    }
    const [item] = (await list({ ...scope, assigneeId: other })).items;
    expect(item).toMatchObject({ assigneeId: other });
  });

  it('shows what a rule created', async () => {
    const scope = { entityType: 'account', entityId: 'rules' };
    await createNextAction(app.api, { ...scope, title: 'one', createdByRule: 'my_rule' });
    await createNextAction(app.api, { ...scope, title: 'two', createdByRule: 'my_rule_2' });
    await createNextAction(app.api, { ...scope, title: 'none' });
    expect(titles(await list({ ...scope, ruleKey: 'my_rule' }))).toEqual(['one']);
    const combined = { ...scope, ruleKey: 'my_rule', status: 'done' };
    expect(titles(await list(combined))).toEqual([]);
  });

  it('leaves out payload and explanation unless they are asked for', async () => {
    const scope = { entityType: 'account', entityId: 'lean' };
    const large = { payload: { a: 1 }, explanation: { summary: 's' } };
    const created = await createNextAction(app.api, { ...scope, ...large });
    await createNextAction(app.api, scope);
    const [, lean] = (await list(scope)).items;
    const { payload, explanation, ...rest } = created;
    expect(lean).toEqual(rest);
    expect({ payload, explanation }).toEqual(large);
    const [, full] = (await list({ ...scope, fields: 'full' })).items;
    expect(full).toEqual(created);
    const { body } = await app.api.get(`/api/next-actions/${created.id}`).expect(200);
    expect(body).toEqual(created);
    // The view is no filter: a cursor of one goes on in the other.
    const cursor = (await list({ ...scope, pageSize: 1 })).pagination.nextCursor!;
    expect((await list({ ...scope, pageSize: 1, fields: 'full', cursor })).items).toEqual([
      created,
    ]);
  });

  describe('longer than what is counted', () => {
    const scope = { entityType: 'account', entityId: 'long' };
    const ROWS = 10_003;
    beforeAll(async () => {
      await app.rows(
        `INSERT INTO next_best_actions (id, title, search_text, priority, score, entity_type, entity_id)
         SELECT gen_random_uuid(), 'Long ' || n, 'long ' || n, 'high', n % 101, $1, $2
         FROM generate_series(1, $3) AS n`,
        [scope.entityType, scope.entityId, ROWS],
      );
    });

    it('shows that its total was counted up to 10,000', async () => {
      for (const query of [
        scope,
        { ...scope, status: 'queued' },
        { scope: 'account/*' },
        { scope: '*' },
        { ...scope, search: 'LONG' },
      ] as Query[]) {
        const { pagination } = await list({ ...query, pageSize: 100 });
        expect(pagination).toMatchObject({
          total: 10_000,
          totalIsExact: false,
          totalPages: 100,
          hasNext: true,
        });
      }
    });

    it('counts all on request', async () => {
      const { pagination } = await list({ ...scope, total: 'exact', pageSize: 100 });
      expect(pagination).toMatchObject({ total: ROWS, totalIsExact: true, totalPages: 101 });
    });

    it('can be read to its end by number, past what was counted', async () => {
      const last = await list({ ...scope, page: 101, pageSize: 100 });
      expect(last.items).toHaveLength(3);
      expect(last.pagination).toMatchObject({ total: 10_000, hasNext: false, nextCursor: null });
      const before = await list({ ...scope, page: 100, pageSize: 100 });
      const cursor = before.pagination.nextCursor!;
      expect((await list({ ...scope, pageSize: 100, cursor })).items).toEqual(last.items);
    });

    it('is counted up to 10,000 of each priority in the summary', async () => {
      const { body } = await app.api.get('/api/next-actions/summary', scope).expect(200);
      expect(body).toMatchObject({
        queuedByPriority: { low: 0, medium: 0, high: 10_000, critical: 0 },
        countsAreExact: false,
      });
    });

    it('is counted up to 10,000 in the list of scopes', async () => {
      const { items } = (await app.api.get('/api/scopes', { pageSize: 100 }).expect(200))
        .body as Page;
      const found = items.find((item) => item.scope === 'account/long');
      expect(found).toMatchObject({ queued: 10_000, queuedIsExact: false });
    });
  });

  it.each([
    ['status', { status: 'queued,open' }],
    ['status', { status: 'queued,' }],
    ['status', { status: 'queued, done' }],
    ['snoozed', { snoozed: 'true' }],
    ['sort', { sort: 'createdAt' }],
    ['sort', { sort: '' }],
    ['assigneeId', { assigneeId: 'you' }],
    ['assigneeId', { assigneeId: '' }],
    ['ruleKey', { ruleKey: '' }],
    ['ruleKey', { ruleKey: 'x'.repeat(101) }],
    ['fields', { fields: 'all' }],
    ['total', { total: 'true' }],
    ['page', { page: 100_001 }],
  ] as [string, Query][])('refuses a bad %s', async (field, query) => {
    const { body } = await app.api.get('/api/next-actions', query).expect(400);
    expect(body.errors.map((error: { field: string }) => error.field)).toEqual([field]);
  });
});
