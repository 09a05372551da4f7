import { createTestApp, type TestApp } from './support/app.js';
import { freshScope, listIn, pushItems } from './support/desk.js';
import { problems } from './support/problems.js';

const DUE = '2026-12-01T09:00:00.000Z';
const ACME = { entityType: 'account', entityId: 'acme' };

interface ItemBody {
  readonly id: string;
  readonly externalId: string;
  readonly occurredAt: string;
  readonly updatedAt: string;
}

describe('one work item', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app.close());

  const path = (id: string) => `/api/work-items/reminder/${encodeURIComponent(id)}`;
  const put = (id: string, body: object = {}) =>
    app.api.put(path(id), { title: 'Call Acme', state: 'open', ...body });
  const patch = (id: string, body: object) => app.api.patch(path(id), body);

  it('is read by its kind and id', async () => {
    const { body } = await put('read me/1', { dueAt: DUE }).expect(201);
    expect((await app.api.get(path('read me/1')).expect(200)).body).toEqual(body);
  });

  it.each([
    ['GET', () => app.api.get(path('nobody'))],
    ['PATCH', () => patch('nobody', { title: 'x' })],
  ])('that does not exist is a 404 of %s', async (_, request) => {
    const { body } = await request().expect(404);
    expect((body as { code: string }).code).toBe('WORK_ITEM_NOT_FOUND');
  });

  it('that is read, changed or deleted needs a known kind', async () => {
    const unknown = '/api/work-items/meeting/x';
    for (const request of [app.api.get(unknown), app.api.patch(unknown, {})]) {
      expect((await request.expect(400)).body).toEqual(problems.validationFailed('kind'));
    }
  });

  describe('pushed again', () => {
    it('without a scope stays where it is, and has defaults in what is left out', async () => {
      await put('scope-1', { ...ACME, dueAt: DUE, priority: 'high', attributes: { a: 1 } });
      const { body } = await put('scope-1').expect(200);
      expect(body).toMatchObject({ ...ACME, dueAt: null, priority: 'medium', attributes: {} });
    });

    it('in a batch without a scope stays where it is', async () => {
      await put('scope-2', ACME).expect(201);
      const item = { kind: 'reminder', externalId: 'scope-2', title: 'Call', state: 'done' };
      await app.api.post('/api/work-items/batch', { items: [item] }).expect(200);
      expect((await app.api.get(path('scope-2'))).body).toMatchObject({ ...ACME, state: 'done' });
    });

    it('with a scope moves there; a type or an id alone is one', async () => {
      await put('scope-3', ACME).expect(201);
      const moved = async (scope: object) => (await put('scope-3', scope).expect(200)).body;
      expect(await moved({ entityType: 'review_stream' })).toMatchObject({
        entityType: 'review_stream',
        entityId: 'review_stream',
      });
      expect(await moved({ entityId: 'north' })).toMatchObject({
        entityType: 'command_center',
        entityId: 'north',
      });
    });

    it('without a scope never leaves that of a push that came at the same time', async () => {
      for (let round = 0; round < 5; round++) {
        const id = `race-${round}`;
        const pushes = [put(id, { ...ACME, attributes: { round } })];
        for (let other = 0; other < 4; other++) pushes.push(put(id, { attributes: { other } }));
        await Promise.all(pushes);
        expect((await app.api.get(path(id))).body).toMatchObject(ACME);
      }
    });
  });

  describe('patched', () => {
    it('changes what is sent and keeps the rest', async () => {
      const before = (await put('patch-1', { ...ACME, dueAt: DUE, priority: 'high' })).body;
      const { body } = await patch('patch-1', { title: 'Call Acme back' }).expect(200);
      expect(body).toEqual({
        ...before,
        title: 'Call Acme back',
        updatedAt: expect.any(String) as string,
      });
      expect((await app.api.get(path('patch-1'))).body).toEqual(body);
    });

    it('without a change stays as it is', async () => {
      const before = (await put('patch-2', { dueAt: DUE, attributes: { a: [1, null] } })).body;
      expect((await patch('patch-2', {}).expect(200)).body).toEqual(before);
      expect((await patch('patch-2', { state: 'open' }).expect(200)).body).toEqual(before);
    });

    it('merges attributes, and null removes one', async () => {
      await put('patch-3', { attributes: { a: 1, b: { c: 1, d: 2 }, e: 3 } });
      const { body } = await patch('patch-3', { attributes: { b: { c: null, x: 5 }, e: null } });
      expect(body).toMatchObject({ attributes: { a: 1, b: { d: 2, x: 5 } } });
      expect((body as { attributes: object }).attributes).not.toHaveProperty('e');
    });

    it('clears what is null and can be', async () => {
      await put('patch-4', { dueAt: DUE, priority: 'critical' });
      const { body } = await patch('patch-4', { dueAt: null, priority: null }).expect(200);
      expect(body).toMatchObject({ dueAt: null, priority: 'medium' });
    });

    it('moves to another scope, and to another time with another state', async () => {
      const occurredAt = '2026-01-02T03:04:05.678Z';
      await put('patch-5', { ...ACME, occurredAt });
      const moved = await patch('patch-5', { entityId: 'umbrella', entityType: 'account' });
      expect(moved.body).toMatchObject({ entityId: 'umbrella', occurredAt });
      const done = await patch('patch-5', { state: 'done' }).expect(200);
      expect(done.body).toMatchObject({ state: 'done', open: false, entityId: 'umbrella' });
      expect(Date.parse((done.body as ItemBody).occurredAt)).toBeGreaterThan(
        Date.parse(occurredAt),
      );
    });

    it('by many at once loses none of their attributes', async () => {
      await put('patch-6');
      const names = Array.from({ length: 10 }, (_, index) => `n${index}`);
      await Promise.all(names.map((name) => patch('patch-6', { attributes: { [name]: true } })));
      const { body } = await app.api.get(path('patch-6'));
      expect(Object.keys((body as { attributes: object }).attributes).sort()).toEqual(names);
    });

    it.each([
      [{ state: null }, 'state'],
      [{ state: 'sent' }, 'state'],
      [{ title: null }, 'title'],
      [{ title: ' ' }, 'title'],
      [{ attributes: null }, 'attributes'],
      [{ attributes: [] }, 'attributes'],
      [{ dueAt: 'soon' }, 'dueAt'],
      [{ kind: 'proposal' }, 'kind'],
      [{ open: true }, 'open'],
    ])('is refused with %j', async (body, field) => {
      await put('patch-7');
      expect((await patch('patch-7', body).expect(400)).body).toEqual(
        problems.validationFailed(field),
      );
    });

    it('has no more keys than a body may have', async () => {
      const many = (from: number) =>
        Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`k${from + index}`, 1]));
      await put('patch-8', { attributes: many(0) });
      const { body } = await patch('patch-8', { attributes: many(600) }).expect(400);
      expect(body).toEqual(problems.validationFailed('attributes'));
    });
  });

  describe('is refused', () => {
    const nothing = [' ', '\t\n', '\u200b', '\u2060\ufeff', '\u3164', '\u00a0\u2003'];

    it.each(nothing)('with a title that shows nothing: %j', async (title) => {
      expect((await put('blank', { title }).expect(400)).body).toEqual(
        problems.validationFailed('title'),
      );
      const items = [{ kind: 'reminder', externalId: 'blank', state: 'open', title }];
      const batch = await app.api.post('/api/work-items/batch', { items }).expect(400);
      expect(batch.body).toEqual(problems.validationFailed('items.0.title'));
      const action = await app.api.post('/api/next-actions', { title }).expect(400);
      expect(action.body).toEqual(problems.validationFailed('title'));
    });

    it.each(['dedupeKey', 'createdByRule', 'templateKey', 'sourceId'])(
      'as an NBA with a %s that shows nothing',
      async (field) => {
        const body = { title: 'Call', [field]: '\u200b' };
        expect((await app.api.post('/api/next-actions', body).expect(400)).body).toEqual(
          problems.validationFailed(field),
        );
      },
    );

    it.each(['.', '..', '\u200b'])('with the id %j, which no URL can address', async (id) => {
      const items = [{ kind: 'reminder', externalId: id, state: 'open', title: 'Call' }];
      const batch = await app.api.post('/api/work-items/batch', { items }).expect(400);
      expect(batch.body).toEqual(problems.validationFailed('items.0.externalId'));
      const scope = { entityType: 'account', entityId: id };
      for (const request of [
        put('in-no-scope', scope),
        app.api.post('/api/scores/compute', scope),
        app.api.get('/api/work-items', scope),
      ]) {
        expect((await request.expect(400)).body).toEqual(problems.validationFailed('entityId'));
      }
    });

    it.each([
      ['12345678901234567890', 'attributes.budget'],
      ['1e400', 'attributes.budget'],
      ['-1e-400', 'attributes.budget'],
      ['[{"deep":0.12345678901234567891}]', 'attributes.budget.0.deep'],
    ])('with %s, whose digits would be lost', async (number, field) => {
      const body = `{"title":"Call","state":"open","attributes":{"budget":${number}}}`;
      const answer = await app.api.put(path('digits')).type('application/json').send(body);
      expect(answer.status).toBe(400);
      expect(answer.body).toEqual(problems.validationFailed(field));
    });
  });

  describe('in a list', () => {
    it('is found by its external id, whatever its kind', async () => {
      const scope = freshScope();
      await pushItems(app.api, scope, [
        { kind: 'reminder', externalId: 'find-1', state: 'open' },
        { kind: 'proposal', externalId: 'find-1', state: 'sent' },
        { kind: 'reminder', externalId: 'find-10', state: 'open' },
      ]);
      const find = (query: Record<string, string>) =>
        listIn<ItemBody>(app.api, '/api/work-items', scope, query);
      expect(await find({ externalId: 'find-1' })).toHaveLength(2);
      expect(await find({ externalId: 'find-1', kind: 'reminder' })).toHaveLength(1);
      expect(await find({ externalId: 'find' })).toHaveLength(0);
    });

    it('is found by a part of its title or id, in any case and form', async () => {
      const scope = freshScope();
      await pushItems(app.api, scope, [
        { kind: 'reminder', externalId: 'Search-ÄB', state: 'open', title: 'Cafe\u0301 100% sure' },
        { kind: 'reminder', externalId: 'search-2', state: 'open', title: 'Caf\u00e9 1000' },
      ]);
      const find = async (search: string) =>
        (await listIn(app.api, '/api/work-items', scope, { search })).length;
      expect(await find('CAFÉ')).toBe(2);
      expect(await find('100%')).toBe(1);
      expect(await find('search-äb')).toBe(1);
      expect(await find('sure search')).toBe(0);
      const unfolded = `UPDATE work_items SET search_text = NULL WHERE external_id = 'search-2'`;
      await app.rows(unfolded);
      expect(await find('1000')).toBe(1);
    });

    it('is found by the time since when it changed', async () => {
      const scope = freshScope();
      const items = ['since-1', 'since-2'].map((externalId) => ({
        kind: 'reminder',
        externalId,
        state: 'open',
      }));
      await pushItems(app.api, scope, items);
      await patch('since-1', { state: 'done' }).expect(200);
      const { body } = await app.api.get(path('since-1'));
      const found = await listIn<ItemBody>(app.api, '/api/work-items', scope, {
        updatedSince: (body as ItemBody).updatedAt,
      });
      expect(found.map(({ externalId }) => externalId)).toEqual(['since-1']);
      const query = { ...scope, updatedSince: 'yesterday' };
      expect((await app.api.get('/api/work-items', query).expect(400)).body).toEqual(
        problems.validationFailed('updatedSince'),
      );
    });
  });
});
