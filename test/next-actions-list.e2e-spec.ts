import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { problems } from './support/problems.js';

const HOUR_MS = 3_600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString();

describe('the list of next best actions', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app.close());

  let scopes = 0;
  /** A scope of its own for each test. */
  const newScope = () => ({ entityType: 'account', entityId: `list-${(scopes += 1)}` });
  const list = async (query: Record<string, string | number | undefined>) =>
    (await app.api.get('/api/next-actions', query).expect(200)).body;
  const titles = (page: { items: { title: string }[] }) => page.items.map((item) => item.title);

  it('is ranked by score, then newest first', async () => {
    const scope = newScope();
    for (const [title, score] of [
      ['low', 10],
      ['older', 50],
      ['newer', 50],
      ['high', 90],
    ] as const) {
      await createNextAction(app.api, { ...scope, title, score });
    }
    expect(titles(await list(scope))).toEqual(['high', 'newer', 'older', 'low']);
  });

  it('holds the command center unless a scope is named', async () => {
    const scope = newScope();
    await createNextAction(app.api, { title: 'central' });
    await createNextAction(app.api, { ...scope, title: 'elsewhere' });
    expect(titles(await list({ pageSize: 100 }))).toEqual(['central']);
    expect(titles(await list(scope))).toEqual(['elsewhere']);
  });

  describe('hides what is snoozed', () => {
    const scope = { entityType: 'account', entityId: 'snoozes' };
    beforeAll(async () => {
      const base = { ...scope, sourceType: 'proposal', priority: 'high', reason: 'needle' };
      await createNextAction(app.api, { ...base, title: 'never snoozed' });
      await createNextAction(app.api, { ...base, title: 'snooze over', snoozedUntil: inHours(-1) });
      await createNextAction(app.api, { ...base, title: 'snoozed', snoozedUntil: inHours(1) });
      const { id } = await createNextAction(app.api, {
        ...base,
        title: 'snoozed and done',
        snoozedUntil: inHours(1),
      });
      await app.api.press(id, 'mark_done').expect(200);
    });

    it.each([
      ['no filter', {}],
      ['priority', { priority: 'high' }],
      ['sourceType', { sourceType: 'proposal' }],
      ['search', { search: 'needle' }],
      ['all of them', { priority: 'high', sourceType: 'proposal', search: 'NEEDLE' }],
    ])('with status=queued or none, and %s', async (_, filter) => {
      for (const status of [{}, { status: 'queued' }]) {
        const page = await list({ ...scope, ...filter, ...status });
        expect(titles(page).sort()).toEqual(['never snoozed', 'snooze over']);
        expect(page.pagination.total).toBe(2);
      }
    });

    it('and shows it under any other status', async () => {
      expect(titles(await list({ ...scope, status: 'done' }))).toEqual(['snoozed and done']);
      expect(titles(await list({ ...scope, status: 'dismissed' }))).toEqual([]);
    });
  });

  it('shows every status without a status', async () => {
    const scope = newScope();
    const done = await createNextAction(app.api, { ...scope, title: 'done' });
    await app.api.press(done.id, 'mark_done').expect(200);
    await createNextAction(app.api, { ...scope, title: 'queued' });
    expect(titles(await list(scope)).sort()).toEqual(['done', 'queued']);
    expect(titles(await list({ ...scope, status: 'queued' }))).toEqual(['queued']);
  });

  it('searches title, reason and rule, and takes % and _ and \\ literally', async () => {
    const scope = newScope();
    await createNextAction(app.api, { ...scope, title: '100% sure' });
    await createNextAction(app.api, { ...scope, title: 'b', reason: 'snake_case here' });
    await createNextAction(app.api, { ...scope, title: 'c', createdByRule: 'back\\slash' });
    expect(titles(await list({ ...scope, search: '100%' }))).toEqual(['100% sure']);
    expect(titles(await list({ ...scope, search: 'E_C' }))).toEqual(['b']);
    expect(titles(await list({ ...scope, search: 'k\\s' }))).toEqual(['c']);
    expect(titles(await list({ ...scope, search: '%' }))).toEqual(['100% sure']);
    expect(titles(await list({ ...scope, search: "' OR 1=1 --" }))).toEqual([]);
  });

  it('pages by number', async () => {
    const scope = newScope();
    for (let i = 1; i <= 5; i++)
      await createNextAction(app.api, { ...scope, title: `n${i}`, score: i });
    const page = await list({ ...scope, page: 2, pageSize: 2 });
    expect(titles(page)).toEqual(['n3', 'n2']);
    expect(page.pagination).toEqual({
      page: 2,
      pageSize: 2,
      total: 5,
      totalIsExact: true,
      totalPages: 3,
      hasNext: true,
      hasPrev: true,
      nextCursor: expect.any(String),
    });
    const last = await list({ ...scope, page: 3, pageSize: 2 });
    expect(last.pagination).toMatchObject({ hasNext: false, hasPrev: true, nextCursor: null });
    const empty = await list(newScope());
    expect(empty).toEqual({
      items: [],
      pagination: {
        page: 1,
        pageSize: 25,
        total: 0,
        totalIsExact: true,
        totalPages: 0,
        hasNext: false,
        hasPrev: false,
        nextCursor: null,
      },
    });
  });

  it('shows by cursor every row once while rows are inserted', async () => {
    const scope = newScope();
    const before = new Set<string>();
    // Many rows with one score, so that the order is decided by time and id.
    for (let i = 0; i < 23; i++)
      before.add((await createNextAction(app.api, { ...scope, score: i < 20 ? 50 : i })).id);
    const seen: string[] = [];
    let cursor: string | null = null;
    let page = 0;
    do {
      const answer: {
        items: { id: string }[];
        pagination: { nextCursor: string | null; page: number };
      } = await list({ ...scope, pageSize: 4, ...(cursor === null ? {} : { cursor }) });
      page += 1;
      expect(answer.pagination.page).toBe(page);
      seen.push(...answer.items.map((item) => item.id));
      cursor = answer.pagination.nextCursor;
      await createNextAction(app.api, { ...scope, score: 50 });
      await createNextAction(app.api, { ...scope, score: 99 });
    } while (cursor !== null);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((id) => before.has(id)).sort()).toEqual([...before].sort());
  });

  describe('refuses', () => {
    it.each([
      ['status', { status: 'open' }],
      ['status', { status: '' }],
      ['priority', { priority: 'HIGH' }],
      ['sourceType', { sourceType: 'a b' }],
      ['search', { search: 'x'.repeat(201) }],
      ['page', { page: 0 }],
      ['page', { page: 'x' }],
      ['page', { page: 1.5 }],
      ['pageSize', { pageSize: 0 }],
      ['pageSize', { pageSize: 101 }],
      ['entityType', { entityType: 'A' }],
      ['status', { status: ['queued', 'done'] }],
      ['sort', { sort: 'title' }],
      ['constructor', { constructor: 'x' }],
      ['search', { search: 'a\u0000' }],
    ] as [string, Record<string, string | number | string[]>][])(
      'a bad %s',
      async (field, query) => {
        const { body } = await app.api.get('/api/next-actions', query).expect(400);
        expect(body.errors.map((error: { field: string }) => error.field)).toContain(field);
      },
    );

    it('a cursor that was tampered with, or made for other filters', async () => {
      const scope = newScope();
      for (let i = 0; i < 3; i++) await createNextAction(app.api, scope);
      const { nextCursor } = (await list({ ...scope, pageSize: 1 })).pagination;
      await list({ ...scope, pageSize: 1, cursor: nextCursor });
      const forged = `${Buffer.from(JSON.stringify([100, '2030-01-01T00:00:00Z', 'x', 1])).toString('base64url')}.${nextCursor.split('.')[1]}`;
      for (const cursor of [`${nextCursor}x`, nextCursor.slice(1), 'abc', forged]) {
        const { body } = await app.api.get('/api/next-actions', { ...scope, cursor }).expect(400);
        expect(body).toEqual(problems.cursorInvalid);
      }
      await app.api
        .get('/api/next-actions', { ...scope, status: 'done', cursor: nextCursor })
        .expect(400);
      await app.api.get('/api/next-actions', { ...newScope(), cursor: nextCursor }).expect(400);
    });
  });
});
