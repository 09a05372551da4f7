import { get } from 'node:http';
import { parse } from 'csv-parse/sync';
import { createTestApp, type TestApp } from './support/app.js';
import { eventually } from './support/eventually.js';
import { freshScope, manyItems, pushItems, type TestScope } from './support/desk.js';
import { problems } from './support/problems.js';

type Row = Record<string, string>;

describe('a list in CSV', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app.close());

  const csv = (path: string, query: object = {}, accept = 'text/csv') =>
    app.api.get(path, { ...query }).set('Accept', accept);
  const rowsOf = async (path: string, query: object = {}): Promise<Row[]> => {
    const { text } = await csv(path, query).expect(200);
    return parse(text, { columns: true });
  };
  const put = (scope: TestScope, id: string, body: object) =>
    app.api
      .put(`/api/work-items/reminder/${id}`, { state: 'open', title: 'Call', ...scope, ...body })
      .expect(201);

  it('has a type, a name and the columns of the documentation', async () => {
    const answer = await csv('/api/work-items', freshScope()).expect(200);
    expect(answer.headers).toMatchObject({
      'content-type': expect.stringMatching(/^text\/csv; charset=utf-8/) as string,
      'content-disposition': 'attachment; filename="work-items.csv"',
      vary: 'Accept',
    });
    expect(answer.text).toBe(
      'kind,externalId,entityType,entityId,state,priority,title,dueAt,occurredAt,attributes,id,open,scoredAt,createdAt,updatedAt\r\n',
    );
    const actions = await csv('/api/next-actions', freshScope()).expect(200);
    expect(actions.headers['content-disposition']).toBe('attachment; filename="next-actions.csv"');
    expect(actions.text.split(',').slice(0, 6)).toEqual([
      'id',
      'title',
      'reason',
      'priority',
      'score',
      'status',
    ]);
  });

  it('has every work item of the filters, in the order of the list', async () => {
    const scope = freshScope();
    await pushItems(app.api, scope, manyItems(scope, 700, { kind: 'reminder', state: 'open' }));
    await pushItems(app.api, scope, manyItems(scope, 3, { kind: 'proposal', state: 'sent' }));
    const all = await rowsOf('/api/work-items', { ...scope, pageSize: 5, page: 2 });
    expect(new Set(all.map(({ externalId }) => externalId)).size).toBe(703);
    const ids = all.map(({ id }) => id!);
    expect(ids).toEqual([...ids].sort().reverse());
    expect(await rowsOf('/api/work-items', { ...scope, kind: 'proposal' })).toHaveLength(3);
  });

  it('has every next best action of the filters, ranked', async () => {
    const scope = freshScope();
    const scores = [70, 20, 90, 20, 50];
    for (const [index, score] of scores.entries()) {
      await app.api.post('/api/next-actions', { ...scope, score, title: `=${index}` }).expect(201);
    }
    const rows = await rowsOf('/api/next-actions', { ...scope, status: 'queued' });
    expect(rows.map(({ score }) => score)).toEqual(['90', '70', '50', '20', '20']);
    expect(rows[0]).toMatchObject({ title: `'=2`, status: 'queued', snoozedUntil: '' });
    expect(rows[0]).not.toHaveProperty('payload');
  });

  it('shows values as they are, and formulas as text', async () => {
    const scope = freshScope();
    const attributes = { phone: '+49 170', note: 'a "b";\nc', deep: [1, { x: null }] };
    await put(scope, 'csv-values', { title: '=1+1', dueAt: '2026-12-01T09:00:00Z', attributes });
    const [row] = await rowsOf('/api/work-items', scope);
    expect(row).toMatchObject({
      ...scope,
      title: `'=1+1`,
      dueAt: '2026-12-01T09:00:00.000Z',
      open: 'true',
    });
    expect(JSON.parse(row!.attributes!)).toEqual(attributes);
  });

  it.each([
    ['text/csv', 'csv'],
    ['text/csv, application/json;q=0.9', 'csv'],
    ['text/*', 'csv'],
    ['text/csv;q=0.5, application/json', 'json'],
    ['application/json, text/csv', 'json'],
    ['*/*', 'json'],
    ['text/html, */*;q=0.8', 'json'],
    ['text/html', 'json'],
    ['text/csv;q=0', 'json'],
  ])('answers Accept: %s with %s', async (accept, type) => {
    for (const path of ['/api/work-items', '/api/next-actions']) {
      const answer = await csv(path, freshScope(), accept).expect(200);
      expect(answer.headers['content-type']).toContain(type);
    }
  });

  it('is refused like the list', async () => {
    for (const path of ['/api/work-items', '/api/next-actions']) {
      const { body } = await csv(path, { priority: 'urgent' }).expect(400);
      expect(body).toEqual(problems.validationFailed('priority'));
      const stranger = await app.anonymous.get(path).set('Accept', 'text/csv').expect(401);
      expect(stranger.body).toEqual(problems.tokenRequired);
    }
  });

  it('stops when the client disconnects', async () => {
    const scope = freshScope();
    const attributes = { note: 'x'.repeat(100_000) };
    for (let batch = 0; batch < 10; batch++) {
      const items = Array.from({ length: 10 }, (_, index) => ({
        kind: 'reminder',
        externalId: `${scope.entityId}:${batch}:${index}`,
        state: 'open',
        attributes,
      }));
      await pushItems(app.api, scope, items);
    }
    const url = `${app.url}/api/work-items?${new URLSearchParams({ ...scope }).toString()}`;
    const headers = { Accept: 'text/csv', Authorization: `Bearer ${app.api.token!}` };
    await new Promise<void>((resolve, reject) => {
      get(url, { headers }, (answer) => {
        answer.once('data', () => {
          answer.destroy();
          resolve();
        });
      }).on('error', reject);
    });
    await eventually('the request is logged as aborted', () =>
      app.logs().some(({ aborted, path }) => aborted === true && path === '/api/work-items'),
    );
    const [open] = await app.rows<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_stat_activity
       WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
    );
    expect(open!.n).toBe(0);
  });
});
