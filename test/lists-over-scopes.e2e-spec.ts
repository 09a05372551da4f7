import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction, createWorkItem } from './support/builders.js';

interface Page {
  readonly items: { id: string; title: string; score: number; entityType: string }[];
  readonly pagination: { total: number; nextCursor: string | null; hasNext: boolean };
}

const names = ({ items }: Page) => items.map(({ title }) => title);

describe('a list over several scopes', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({ env: { WORKER: 'false' } });
    const scopes = [
      ['account', 'acme'],
      ['account', 'b/c'],
      ['partner', 'acme'],
      ['command_center', 'command_center'],
    ];
    for (const [index, [entityType, entityId]] of scopes.entries()) {
      const scope = { entityType, entityId };
      for (const score of [10 + index, 60 + index]) {
        const title = `${entityType}/${entityId} ${score}`;
        const { id } = await createNextAction(app.api, { ...scope, title, score });
        if (score === 11) await app.api.press(id, 'mark_done').expect(200);
      }
      await createWorkItem(app.api, {
        ...scope,
        kind: 'retention_contact',
        externalId: `over ${index}`,
        dueAt: '2026-01-01T00:00:00Z',
      });
      await app.api.post('/api/risk/run-rules', scope).expect(200);
      await app.api.post('/api/scores/compute', scope).expect(200);
    }
  });
  afterAll(() => app.close());

  const list = async (path: string, query: object): Promise<Page> =>
    (await app.api.get(path, { ...query }).expect(200)).body as Page;

  /** Every row of a list, read page by page by its cursor. */
  async function walk(path: string, query: object): Promise<Page['items']> {
    const items: Page['items'] = [];
    let cursor: string | null = null;
    do {
      const page: Page = await list(path, {
        ...query,
        pageSize: 3,
        ...(cursor === null ? {} : { cursor }),
      });
      items.push(...page.items);
      cursor = page.pagination.nextCursor;
    } while (cursor !== null);
    return items;
  }

  const EVERYWHERE = [
    'command_center/command_center 63',
    'partner/acme 62',
    'account/b/c 61',
    'account/acme 60',
    'command_center/command_center 13',
    'partner/acme 12',
    'account/b/c 11',
    'account/acme 10',
  ];

  it.each([
    ['*', EVERYWHERE],
    ['account/*', EVERYWHERE.filter((title) => title.startsWith('account'))],
    ['account/b/c', EVERYWHERE.filter((title) => title.startsWith('account/b/c'))],
    ['nothing/*', []],
  ])('%s is in one order over all of them, by page and by cursor', async (scope, expected) => {
    const page = await list('/api/next-actions', { scope });
    expect(names(page)).toEqual(expected);
    expect(page.pagination.total).toBe(expected.length);
    const walked = await walk('/api/next-actions', { scope });
    expect(walked.map(({ title }) => title)).toEqual(expected);
  });

  it.each([
    [{ status: 'queued' }, 7],
    [{ status: 'done' }, 1],
    [{ status: 'queued,done' }, 8],
    [{ priority: 'medium' }, 8],
    [{ assigneeId: 'none' }, 8],
    [{ assigneeId: 'me' }, 0],
    [{ search: 'ACCOUNT/' }, 4],
    [{ sort: '-createdAt' }, 8],
    [{ sort: 'snoozedUntil' }, 8],
    [{ snoozed: 'only' }, 0],
  ])('combines with %j', async (filter, count) => {
    const page = await list('/api/next-actions', { scope: '*', ...filter });
    expect([page.items.length, page.pagination.total]).toEqual([count, count]);
    expect(await walk('/api/next-actions', { scope: '*', ...filter })).toHaveLength(count);
  });

  it('reads a page by number over all types', async () => {
    const page = await list('/api/next-actions', { scope: '*', page: 2, pageSize: 3 });
    expect(names(page)).toEqual(EVERYWHERE.slice(3, 6));
    expect(page.pagination).toMatchObject({ total: 8, hasNext: true });
  });

  it.each([
    ['/api/risk', '*', 4],
    ['/api/risk', 'account/*', 2],
    ['/api/risk', 'account/b/c', 1],
    ['/api/work-items', '*', 4],
    ['/api/work-items', 'account/*', 2],
    ['/api/work-items', 'account/acme', 1],
  ])('%s?scope=%s has each row once', async (path, scope, count) => {
    expect((await list(path, { scope })).items).toHaveLength(count);
    const walked = await walk(path, { scope });
    expect(new Set(walked.map(({ id }) => id)).size).toBe(count);
    expect(walked).toHaveLength(count);
  });

  it('filters work items by condition over several scopes', async () => {
    const overdue = { scope: 'account/*', condition: 'retention_overdue' };
    expect((await list('/api/work-items', overdue)).pagination.total).toBe(2);
    const none = { scope: '*', condition: 'delivery_failed_today' };
    expect((await list('/api/work-items', none)).pagination.total).toBe(0);
  });

  it('refuses a cursor of other scopes', async () => {
    for (const path of ['/api/next-actions', '/api/risk', '/api/work-items']) {
      const { pagination } = await list(path, { scope: '*', pageSize: 1 });
      const query = { scope: 'account/*', pageSize: 1, cursor: pagination.nextCursor! };
      await app.api.get(path, query).expect(400);
    }
  });

  it('summarizes them', async () => {
    const summary = async (path: string, scope: string) =>
      (await app.api.get(path, { scope }).expect(200)).body as Record<string, unknown>;
    expect(await summary('/api/next-actions/summary', '*')).toMatchObject({
      queuedByPriority: { low: 0, medium: 7, high: 0, critical: 0 },
      countsAreExact: true,
      lastRunAt: null,
      entityType: null,
      entityId: null,
    });
    await app.api.post('/api/next-actions/run', { entityType: 'partner', entityId: 'acme' });
    for (const [scope, ran] of [
      ['*', true],
      ['partner/*', true],
      ['account/*', false],
    ] as const) {
      const { lastRunAt } = await summary('/api/next-actions/summary', scope);
      expect([scope, lastRunAt !== null]).toEqual([scope, ran]);
    }
    expect(await summary('/api/risk/summary', 'account/*')).toMatchObject({
      byStatus: { open: 2 },
      entityType: 'account',
      entityId: null,
    });
    expect(await summary('/api/risk/summary', 'account/acme')).toMatchObject({
      byStatus: { open: 1 },
      entityType: 'account',
      entityId: 'acme',
    });
  });

  it.each([
    '/api/next-actions',
    '/api/next-actions/summary',
    '/api/risk',
    '/api/risk/summary',
    '/api/work-items',
  ])('%s refuses a scope that is wrong, or beside entityType or entityId', async (path) => {
    for (const query of [
      { scope: '' },
      { scope: 'account' },
      { scope: 'Account/acme' },
      { scope: '*/acme' },
      { scope: `account/${'x'.repeat(129)}` },
      { scope: '*', entityType: 'account' },
      { scope: 'account/acme', entityId: 'acme' },
    ]) {
      const { body } = await app.api.get(path, query).expect(400);
      expect(body.errors.map(({ field }: { field: string }) => field)).toEqual(['scope']);
    }
  });
});

describe('the list of scopes', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({ env: { WORKER: 'false' } });
  });
  afterAll(() => app.close());

  interface ScopesPage {
    readonly items: { scope: string; queued: number; queuedIsExact: boolean; openFlags: number }[];
    readonly pagination: { nextCursor: string | null };
  }
  const scopes = async (query: Record<string, string | number> = {}) =>
    (await app.api.get('/api/scopes', query).expect(200)).body as ScopesPage;

  it('is empty where there is nothing', async () => {
    expect(await scopes()).toEqual({
      items: [],
      pagination: { pageSize: 25, hasNext: false, nextCursor: null },
    });
  });

  it('counts what is queued and open, without the snoozed, by type and id', async () => {
    const acme = { entityType: 'account', entityId: 'acme' };
    const snoozedUntil = new Date(Date.now() + 3_600_000).toISOString();
    await createNextAction(app.api, acme);
    await createNextAction(app.api, { ...acme, snoozedUntil });
    const done = await createNextAction(app.api, { entityType: 'account', entityId: 'zeta' });
    await app.api.press(done.id, 'mark_done').expect(200);
    const items = { ...acme, entityId: 'items', dueAt: '2026-01-01T00:00:00Z' };
    await createWorkItem(app.api, { ...items, kind: 'retention_contact' });
    await app.api.post('/api/risk/run-rules', { ...acme, entityId: 'items' }).expect(200);
    const counts = { queuedIsExact: true, entityType: 'account' };
    expect((await scopes()).items).toEqual([
      { ...counts, scope: 'account/acme', entityId: 'acme', queued: 1, openFlags: 0 },
      { ...counts, scope: 'account/items', entityId: 'items', queued: 0, openFlags: 1 },
      { ...counts, scope: 'account/zeta', entityId: 'zeta', queued: 0, openFlags: 0 },
    ]);
  });

  it('shows by cursor every scope once', async () => {
    for (const entityType of ['b', 'a', 'c']) {
      for (const entityId of ['2', '1']) await createNextAction(app.api, { entityType, entityId });
    }
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: ScopesPage = await scopes({
        pageSize: 2,
        ...(cursor === null ? {} : { cursor }),
      });
      seen.push(...page.items.map(({ scope }) => scope));
      cursor = page.pagination.nextCursor;
    } while (cursor !== null);
    expect(seen.filter((scope) => !scope.startsWith('account'))).toEqual([
      'a/1',
      'a/2',
      'b/1',
      'b/2',
      'c/1',
      'c/2',
    ]);
    expect(new Set(seen).size).toBe(seen.length);
  });
});
