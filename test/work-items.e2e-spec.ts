import { createTestApp, type TestApp } from './support/app.js';
import { freshScope, listIn, manyItems, pushItems } from './support/desk.js';
import { problems } from './support/problems.js';

const TITLE = { title: 'Call Acme' };

interface ItemBody {
  readonly id: string;
  readonly externalId: string;
  readonly state: string;
  readonly occurredAt: string;
  readonly updatedAt: string;
}

describe('work items', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app.close());

  describe('pushed one by one', () => {
    const put = (id: string, body: object) => app.api.put(`/api/work-items/${id}`, body);

    it('are created, then updated, then left as they are', async () => {
      const body = { ...TITLE, state: 'open', dueAt: '2026-11-24T05:00:00+13:00' };
      const created = await put('reminder/one', body).expect(201);
      expect(created.body).toMatchObject({
        kind: 'reminder',
        externalId: 'one',
        entityType: 'command_center',
        entityId: 'command_center',
        open: true,
        priority: 'medium',
        dueAt: '2026-11-23T16:00:00.000Z',
        attributes: {},
      });
      const same = await put('reminder/one', body).expect(200);
      expect(same.body).toEqual(created.body);
      const closed = await put('reminder/one', { ...body, state: 'done' }).expect(200);
      expect(closed.body).toMatchObject({
        id: (created.body as ItemBody).id,
        state: 'done',
        open: false,
      });
    });

    it('keep their time unless the state changes or a time is given', async () => {
      const time = async (body: object): Promise<string> =>
        ((await put('handoff/timed', { ...TITLE, ...body })).body as ItemBody).occurredAt;
      const given = '2026-01-02T03:04:05.678Z';
      expect(await time({ state: 'pending', occurredAt: given })).toBe(given);
      expect(await time({ state: 'pending', title: 'Another' })).toBe(given);
      const moved = await time({ state: 'confirmed' });
      expect(Date.now() - Date.parse(moved)).toBeLessThan(60_000);
    });

    it('may have any printable id in their path', async () => {
      const id = `a/b ?#%:ä\u{1F511}'"`;
      await put(`reminder/${encodeURIComponent(id)}`, { ...TITLE, state: 'open' }).expect(201);
      await app.api.delete(`/api/work-items/reminder/${encodeURIComponent(id)}`).expect(204);
    });

    it.each([
      ['an unknown kind', 'meeting/one', { state: 'open' }, ['kind']],
      ['a kind of Object’s own', 'constructor/one', { state: 'open' }, ['kind']],
      ['a state of another kind', 'reminder/x', { state: 'failed' }, ['state']],
      [
        'a date without a zone',
        'reminder/x',
        { state: 'open', dueAt: '2026-11-24T05:00:00' },
        ['dueAt'],
      ],
      [
        'a day that does not exist',
        'reminder/x',
        { state: 'open', dueAt: '2026-02-30T05:00:00Z' },
        ['dueAt'],
      ],
      [
        'a year past the calendar',
        'reminder/x',
        { state: 'open', dueAt: '9999-12-31T23:59:59-01:00' },
        ['dueAt'],
      ],
      ['an unknown priority', 'reminder/x', { state: 'open', priority: 'urgent' }, ['priority']],
      ['no state', 'reminder/x', {}, ['state']],
      [
        'a scope that is no word',
        'reminder/x',
        { state: 'open', entityType: 'Desk' },
        ['entityType'],
      ],
      // It could not be in the path of a score, which refuses it.
      [
        'a scope that cannot be shown',
        'reminder/x',
        { state: 'open', entityType: 'account', entityId: 'a\nb' },
        ['entityId'],
      ],
      ['an id with a NUL', 'reminder/a%00b', { state: 'open' }, ['externalId']],
      ['an id that is too long', `reminder/${'x'.repeat(201)}`, { state: 'open' }, ['externalId']],
    ])('are refused with %s', async (_, id, body, fields) => {
      const response = await put(id, { ...TITLE, ...body }).expect(400);
      expect(response.body).toEqual(problems.validationFailed(...fields));
    });

    it('are deleted once', async () => {
      await put('reminder/gone', { ...TITLE, state: 'open' }).expect(201);
      await app.api.delete('/api/work-items/reminder/gone').expect(204);
      const again = await app.api.delete('/api/work-items/reminder/gone').expect(404);
      expect((again.body as { code: string }).code).toBe('WORK_ITEM_NOT_FOUND');
    });
  });

  describe('pushed together', () => {
    const push = (items: unknown) => app.api.post('/api/work-items/batch', { items });
    const reminder = (externalId: string, extra: object = {}) => ({
      ...TITLE,
      kind: 'reminder',
      externalId,
      state: 'open',
      ...extra,
    });

    it('are counted as created, updated and unchanged', async () => {
      await push([reminder('t-1'), reminder('t-2')]).expect(200);
      const { body } = await push([
        reminder('t-1'),
        reminder('t-2', { state: 'done' }),
        reminder('t-3'),
      ]);
      expect(body).toEqual({ created: 1, updated: 1, unchanged: 1 });
    });

    it('are all refused when one is wrong, and the error names it', async () => {
      const items = ['a', 'b', 'c', 'd'].map((name) => reminder(`all-${name}`));
      const bad = [...items.slice(0, 3), { ...items[3], dueAt: 'tomorrow' }];
      expect((await push(bad).expect(400)).body).toMatchObject({
        errors: expect.arrayContaining([
          expect.objectContaining({ field: 'items.3.dueAt' }),
        ]) as unknown,
      });
      const wrongState = [items[0], { ...items[1], state: 'sent' }];
      expect((await push(wrongState).expect(400)).body).toEqual(
        problems.validationFailed('items.1.state'),
      );
      const [left] = await app.rows<{ n: number }>(
        `SELECT count(*)::int AS n FROM work_items WHERE external_id LIKE 'all-%'`,
      );
      expect(left?.n).toBe(0);
    });

    it('are refused when one comes twice', async () => {
      const twice = [reminder('twice'), reminder('other'), reminder('twice', { state: 'done' })];
      expect((await push(twice).expect(400)).body).toEqual(
        problems.validationFailed('items.2.externalId'),
      );
    });

    it.each([
      ['none', []],
      ['1001', Array.from({ length: 1001 }, (_, index) => reminder(`many-${index}`))],
      ['no list', 'all of them'],
    ])('are refused when there are %s', async (_, items) => {
      const { body } = await push(items).expect(400);
      expect((body as { errors: { field: string }[] }).errors[0]?.field).toMatch(/^items/);
    });

    it('may be a thousand of a kilobyte each', async () => {
      const note = 'x'.repeat(800);
      const items = Array.from({ length: 1000 }, (_, index) =>
        reminder(`thousand-${index}`, { attributes: { note } }),
      );
      expect((await push(items).expect(200)).body).toMatchObject({ created: 1000 });
    });

    it('neither double nor deadlock when pushes meet in opposite orders', async () => {
      const scope = freshScope();
      const items = manyItems(scope, 50, { kind: 'reminder', state: 'open' });
      const orders = [items, [...items].reverse(), items, [...items].reverse()];
      await Promise.all(orders.map((order) => pushItems(app.api, scope, order)));
      expect(await listIn(app.api, '/api/work-items', scope)).toHaveLength(50);
    });
  });

  describe('in a list', () => {
    const scope = freshScope();

    beforeAll(async () => {
      await pushItems(app.api, scope, [
        ...manyItems(scope, 4, {
          kind: 'reminder',
          state: 'open',
          priority: 'high',
          dueInHours: -2,
        }),
        ...manyItems(scope, 2, { kind: 'reminder', state: 'done', dueInHours: -2 }),
        ...manyItems(scope, 3, { kind: 'proposal', state: 'sent' }),
        ...manyItems(scope, 1, { kind: 'proposal', state: 'viewed', dueInHours: 48 }),
      ]);
    });

    it.each([
      [{}, 10],
      [{ kind: 'reminder' }, 6],
      [{ kind: 'reminder', open: true }, 4],
      [{ open: false }, 2],
      [{ state: 'sent' }, 3],
      [{ priority: 'high', kind: 'reminder' }, 4],
      [{ dueBefore: '2999-01-01T00:00:00Z' }, 7],
      [{ condition: 'reminder_overdue' }, 4],
      [{ condition: 'proposal_without_follow_up' }, 3],
      [{ condition: 'proposal_follow_up_overdue' }, 0],
      [{ condition: 'reminder_overdue', priority: 'low' }, 0],
    ])('are narrowed by %j', async (query, count) => {
      expect(await listIn(app.api, '/api/work-items', scope, query)).toHaveLength(count);
    });

    it('are read page by page, newest first, by cursor and by number', async () => {
      const everything = await listIn<ItemBody>(app.api, '/api/work-items', scope);
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const query = { ...scope, pageSize: 3, ...(cursor === null ? {} : { cursor }) };
        const { body } = await app.api.get('/api/work-items', query).expect(200);
        const page = body as {
          items: ItemBody[];
          pagination: { total: number; nextCursor: string | null };
        };
        expect(page.pagination.total).toBe(10);
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.pagination.nextCursor;
      } while (cursor !== null);
      expect(seen).toEqual(everything.map(({ id }) => id));
      expect(seen).toEqual([...seen].sort().reverse());
      const { body } = await app.api.get('/api/work-items', { ...scope, pageSize: 3, page: 2 });
      expect((body as { items: ItemBody[] }).items.map(({ id }) => id)).toEqual(seen.slice(3, 6));
    });

    it.each([
      { kind: 'meeting' },
      { state: 'broken' },
      { open: 'maybe' },
      { dueBefore: 'soon' },
      { condition: 'toString' },
      { priority: 'x' },
    ])('are not narrowed by %j', async (query) => {
      const { body } = await app.api.get('/api/work-items', { ...scope, ...query }).expect(400);
      expect(body).toEqual(problems.validationFailed(...Object.keys(query)));
    });

    it('need a cursor of the same filters', async () => {
      const { body } = await app.api.get('/api/work-items', { ...scope, pageSize: 1 });
      const { nextCursor } = (body as { pagination: { nextCursor: string } }).pagination;
      const query = { ...scope, kind: 'proposal', cursor: nextCursor };
      expect((await app.api.get('/api/work-items', query).expect(400)).body).toEqual(
        problems.cursorInvalid,
      );
    });
  });

  it('need a token', async () => {
    for (const path of ['/api/work-items', '/api/risk', '/api/scores/account/acme']) {
      expect((await app.anonymous.get(path).expect(401)).body).toEqual(problems.tokenRequired);
    }
  });
});
