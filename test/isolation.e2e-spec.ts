import fc from 'fast-check';
import { SYSTEM_ACTOR } from '../src/kernel/actor.js';
import { ScopeFilter } from '../src/kernel/scope.js';
import { UsersService } from '../src/users/api/users.service.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { addUser, type TestUser } from './support/users.js';

jest.setTimeout(120_000);

const SCOPES = [
  'command_center/command_center',
  'account/acme',
  'account/other',
  'account/acme/eu',
  'desk/acme',
  'desk/north',
] as const;

/** Lists whose rows lie in a scope, with their tables. */
const LISTS = {
  '/api/next-actions': 'next_best_actions',
  '/api/risk': 'risk_flags',
  '/api/work-items': 'work_items',
  '/api/ops-events': 'ops_events',
  '/api/jobs': 'jobs',
} as const;
type ListPath = keyof typeof LISTS;

const scopeText = ({ entityType, entityId }: Placed): string => `${entityType}/${entityId}`;

interface Placed {
  readonly id: string;
  readonly entityType: string | null;
  readonly entityId: string | null;
}

interface Page {
  readonly items: readonly { id: string }[];
  readonly pagination: { readonly nextCursor: string | null; readonly total?: number };
}

describe('a caller', () => {
  let app: TestApp;
  let caller: TestUser;
  /** Every row of the tables, by its id. */
  const placed = new Map<ListPath, Map<string, Placed>>();

  beforeAll(async () => {
    app = await createTestApp({ env: { WORKER: 'false', AUTO_RUN: 'false' } });
    await seed();
    caller = await addUser(app, { role: 'viewer' });
  });
  afterAll(() => app.close());

  /** Something of every kind in every scope. */
  async function seed(): Promise<void> {
    for (const scope of SCOPES) {
      const slash = scope.indexOf('/');
      const where = { entityType: scope.slice(0, slash), entityId: scope.slice(slash + 1) };
      const items = ['1', '2', '3'].map((n) => ({
        kind: 'notification_delivery',
        externalId: `${scope} ${n}`,
        title: 'Delivery',
        state: 'failed',
        ...where,
      }));
      await app.api.post('/api/work-items/batch', { items }).expect(200);
      await app.api.post('/api/risk/run-rules', where).expect(200);
      await app.api.post('/api/next-actions/run', where).expect(200);
      await app.api.post('/api/scores/compute', where).expect(200);
      const { id } = await createNextAction(app.api, where);
      await app.api.press(id, 'retry_failed_deliveries').expect(200);
      await createNextAction(app.api, where);
    }
    for (const path of Object.keys(LISTS) as ListPath[]) {
      const rows = await app.rows<Placed & Record<string, unknown>>(
        `SELECT id, entity_type AS "entityType", entity_id AS "entityId" FROM ${LISTS[path]}`,
      );
      placed.set(path, new Map(rows.map((row) => [row.id, row])));
    }
  }

  /** Gives the caller these grants and no others. */
  async function grant(role: 'viewer' | 'admin', scopes: readonly string[]): Promise<ScopeFilter> {
    const patch = { role, scopes: [...scopes] };
    await app.get(UsersService).change(caller.user.id, patch, SYSTEM_ACTOR);
    return ScopeFilter.parseAll(scopes);
  }

  async function readAll(
    path: ListPath,
    scope: string | undefined,
  ): Promise<{ ids: string[]; total?: number }> {
    const ids: string[] = [];
    let cursor: string | undefined;
    for (;;) {
      const query = { pageSize: 7, scope, cursor };
      const { body } = await caller.api.get(path, query).expect(200);
      const { items, pagination } = body as Page;
      ids.push(...items.map(({ id }) => id));
      if (pagination.nextCursor === null) return { ids, total: pagination.total };
      cursor = pagination.nextCursor;
    }
  }

  const pattern = fc.constantFrom(
    '*',
    'account/*',
    'desk/*',
    'nobody/*',
    'account/none',
    ...SCOPES,
  );

  it('sees in no list, count, summary or feed a row outside the grants, and every row inside', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('viewer' as const, 'admin' as const),
        fc.uniqueArray(pattern, { minLength: 1, maxLength: 4 }),
        fc.option(pattern, { nil: undefined }),
        fc.constantFrom(...(Object.keys(LISTS) as ListPath[])),
        async (role, scopes, asked, path) => {
          const granted = await grant(role, scopes);
          const wanted = (
            asked === undefined ? ScopeFilter.ALL : ScopeFilter.parseAll([asked])
          ).within(granted);
          if (wanted.kind === 'none' && asked !== '*') {
            const { body } = await caller.api.get(path, { scope: asked }).expect(404);
            expect(body).toMatchObject({ code: 'SCOPE_NOT_FOUND' });
            return;
          }
          const { ids, total } = await readAll(path, asked ?? '*');
          const due = [...placed.get(path)!.values()].filter((row) =>
            row.entityType === null
              ? role === 'admin' && wanted.kind === 'all'
              : wanted.includes(ScopeFilter.parseAll([scopeText(row)])),
          );
          // Changes of grants are events, too, which belong to no scope.
          const known = ids.filter((id) => placed.get(path)!.has(id));
          expect(known.sort()).toEqual(due.map(({ id }) => id).sort());
          if (total !== undefined) expect(total).toBe(due.length);
          if (!(role === 'admin' && wanted.kind === 'all')) expect(ids).toHaveLength(known.length);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('counts in summaries what the lists hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(pattern, { minLength: 1, maxLength: 3 }), async (scopes) => {
        const granted = await grant('viewer', scopes);
        const inGrant = (path: ListPath): number =>
          [...placed.get(path)!.values()].filter(
            (row) =>
              row.entityType !== null && granted.includes(ScopeFilter.parseAll([scopeText(row)])),
          ).length;
        const next = (await caller.api.get('/api/next-actions/summary', { scope: '*' }).expect(200))
          .body;
        const queued = Object.values(next.queuedByPriority as Record<string, number>);
        expect(queued.reduce((sum, count) => sum + count, 0)).toBe(inGrant('/api/next-actions'));
        const risk = (await caller.api.get('/api/risk/summary', { scope: '*' }).expect(200)).body;
        expect(risk.byStatus.open).toBe(inGrant('/api/risk'));
        const jobs = (await caller.api.get('/api/jobs/summary', { scope: '*' }).expect(200)).body;
        expect(jobs.total.waiting).toBe(inGrant('/api/jobs'));
        const found = (await caller.api.get('/api/scopes', { pageSize: 100 }).expect(200)).body;
        expect((found.items as { scope: string }[]).map(({ scope }) => scope)).toEqual(
          SCOPES.filter((scope) => granted.includes(ScopeFilter.parseAll([scope]))).sort(),
        );
      }),
      { numRuns: 20 },
    );
  });

  it('exports in CSV what the lists hold', async () => {
    await grant('viewer', ['account/acme', 'desk/*']);
    for (const path of ['/api/next-actions', '/api/work-items']) {
      const { text } = await caller.api
        .get(path, { scope: '*' })
        .set('Accept', 'text/csv')
        .expect(200);
      expect(text).not.toMatch(/account,other|command_center|acme\/eu/);
      expect(text).toMatch(/account,acme,/);
      expect(text).toMatch(/desk,north,/);
    }
  });

  it('follows the feed in the order of commits within the grants', async () => {
    await grant('viewer', ['desk/*']);
    const { body } = await caller.api
      .get('/api/ops-events', { order: 'asc', pageSize: 100 })
      .expect(200);
    const rows = placed.get('/api/ops-events')!;
    const seen = (body as Page).items.map(({ id }) => rows.get(id));
    expect(new Set(seen.map((row) => row?.entityType))).toEqual(new Set(['desk']));
  });

  it('reads, without a scope in the query, the command center or all that is granted', async () => {
    const scopesRead = async () => {
      const { body } = await caller.api.get('/api/next-actions', { pageSize: 100 }).expect(200);
      const rows = placed.get('/api/next-actions')!;
      return [...new Set((body as Page).items.map(({ id }) => scopeText(rows.get(id)!)))].sort();
    };
    await grant('viewer', ['*']);
    expect(await scopesRead()).toEqual(['command_center/command_center']);
    await grant('viewer', ['account/acme', 'desk/*']);
    expect(await scopesRead()).toEqual(['account/acme', 'desk/acme', 'desk/north']);
  });
});
