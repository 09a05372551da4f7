import { hashOfToken } from '../src/users/model/tokens.js';
import { createTestApp, OPERATOR, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { eventually } from './support/eventually.js';
import { problems } from './support/problems.js';
import { ApiClient } from './support/requests.js';
import { addUser, PASSWORD } from './support/users.js';
import { waitingForLocks } from './support/waiting.js';

jest.setTimeout(120_000);

const DAY_MS = 24 * 60 * 60 * 1000;
const inDays = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString();

interface Made {
  readonly id: string;
  readonly token: string;
  readonly prefix: string;
  readonly api: ApiClient;
}

/** Makes a service token; without more, an operator of all scopes. */
async function make(app: TestApp, more: object = {}, by = app.api): Promise<Made> {
  const body = {
    name: 'CRM push',
    role: 'operator',
    scopes: ['*'],
    expiresAt: inDays(30),
    ...more,
  };
  const answer = await by.post('/api/service-tokens', body).expect(201);
  const { id, token, prefix } = answer.body as Omit<Made, 'api'>;
  return { id, token, prefix, api: new ApiClient(app.url, token) };
}

describe('a service token', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app.close());

  it('is shown once, and only its hash and its first characters are stored', async () => {
    const expiresAt = inDays(366);
    const body = { name: 'Importer', role: 'viewer', scopes: ['desk/b', 'account/*'], expiresAt };
    const made = await app.api.post('/api/service-tokens', body).expect(201);
    const { token, ...shown } = made.body as Made;
    const operator = (await app.api.get('/api/auth/me')).body.id as string;
    expect(made.headers).toMatchObject({
      location: `/api/service-tokens/${shown.id}`,
      'cache-control': 'no-store',
    });
    expect(token).toMatch(/^nba_[\w-]{43}$/);
    expect(shown).toEqual({
      id: expect.any(String),
      name: 'Importer',
      prefix: token.slice(0, 10),
      role: 'viewer',
      scopes: ['account/*', 'desk/b'],
      createdBy: operator,
      createdAt: expect.any(String),
      expiresAt,
      lastUsedAt: null,
      revokedAt: null,
    });
    const got = await app.api.get(made.headers.location!).expect(200);
    expect(got.body).toEqual(shown);
    const listed = await app.api.get('/api/service-tokens').expect(200);
    expect(listed.body.items[0]).toEqual(shown);
    const [row] = await app.rows<{ hash: Buffer }>(
      'SELECT token_hash AS hash FROM service_tokens WHERE id = $1',
      [shown.id],
    );
    expect(row?.hash).toEqual(hashOfToken(token));
    const everything = await app.rows(
      `SELECT row_to_json(t)::text FROM service_tokens t
       UNION ALL SELECT row_to_json(e)::text FROM ops_events e`,
    );
    expect(JSON.stringify(everything) + JSON.stringify(app.logs())).not.toContain(token.slice(10));
  });

  it('is who it says it is: a service with its own role, scopes and permissions', async () => {
    const { id, api } = await make(app, { role: 'admin', scopes: ['account/acme'] });
    const { body } = await api.get('/api/auth/me').expect(200);
    expect(body).toMatchObject({
      kind: 'service',
      id,
      name: 'CRM push',
      email: null,
      role: 'admin',
      scopes: ['account/acme'],
    });
    expect(body.permissions).not.toContain('account.change');
    const passwords = { current: 'x', next: PASSWORD };
    expect((await api.post('/api/auth/password', passwords).expect(403)).body.code).toBe(
      'PERMISSION_DENIED',
    );
  });

  it('is on record as the actor of what it does', async () => {
    const { id, api } = await make(app, { name: 'Presser' });
    const { id: nextActionId } = await createNextAction(app.api);
    await api.press(nextActionId, 'snooze_1d').expect(200);
    const executions = await app.api
      .get(`/api/next-actions/${nextActionId}/executions`)
      .expect(200);
    expect(executions.body.items[0]).toMatchObject({ actorId: id, actorName: 'Presser' });
    const events = await app.api.get('/api/ops-events', { actorId: id }).expect(200);
    expect(events.body.items[0]).toMatchObject({ eventKey: 'nba.delivery.executed', actorId: id });
  });

  it('has its last use on record, to the minute', async () => {
    const { id, api } = await make(app);
    const lastUse = async () =>
      (await app.api.get(`/api/service-tokens/${id}`).expect(200)).body.lastUsedAt as string;
    await api.get('/api/auth/me').expect(200);
    const first = await lastUse();
    expect(Date.now() - Date.parse(first)).toBeLessThan(60_000);
    await api.get('/api/auth/me').expect(200);
    expect(await lastUse()).toBe(first);
    const passes = `UPDATE service_tokens SET last_used_at = last_used_at - interval '61 seconds'`;
    await app.rows(passes);
    await api.get('/api/auth/me').expect(200);
    expect(Date.parse(await lastUse())).toBeGreaterThanOrEqual(Date.parse(first));
  });

  it.each([
    ['in the past', -1],
    ['now', 0],
    ['over a year away', 366.1],
  ])('does not end %s', async (_, days) => {
    const body = { name: 'x', role: 'viewer', scopes: ['*'], expiresAt: inDays(days) };
    const { body: problem } = await app.api.post('/api/service-tokens', body).expect(400);
    expect(problem).toEqual(problems.validationFailed('expiresAt'));
  });

  it.each(['name', 'role', 'scopes', 'expiresAt'])('is not made without %s', async (field) => {
    const body = { name: 'x', role: 'viewer', scopes: ['*'], expiresAt: inDays(1) };
    for (const value of [undefined, null]) {
      const sent = { ...body, [field]: value };
      const { body: problem } = await app.api.post('/api/service-tokens', sent).expect(400);
      expect(problem.errors[0].field.split('.')[0]).toBe(field);
    }
  });

  it('is refused once it has expired, also where it is cached', async () => {
    const cached = await createTestApp({
      database: app.database,
      env: { AUTH_CACHE_MS: '60000' },
    });
    const { api } = await make(cached, { expiresAt: new Date(Date.now() + 1500).toISOString() });
    await api.get('/api/auth/me').expect(200);
    await eventually('it has expired', async () => (await api.get('/api/auth/me')).status === 401);
    expect((await api.get('/api/auth/me').expect(401)).body).toEqual(problems.tokenInvalid);
    await cached.close();
  });

  it.each([
    ['another token', `nba_${'a'.repeat(43)}`],
    ['its prefix', 'nba_'],
    ['a NUL', 'nba_%00'],
  ])('is not %s', async (_, token) => {
    await new ApiClient(app.url, token).get('/api/auth/me').expect(401);
  });

  describe('is revoked', () => {
    it('at once on this server and within AUTH_CACHE_MS on another', async () => {
      const here = await createTestApp({ database: app.database, env: { AUTH_CACHE_MS: '60000' } });
      const there = await createTestApp({ database: app.database, env: { AUTH_CACHE_MS: '200' } });
      const { id, token } = await make(here);
      const meAt = (server: TestApp) => new ApiClient(server.url, token).get('/api/auth/me');
      for (const server of [here, there]) await meAt(server).expect(200);
      await here.api.delete(`/api/service-tokens/${id}`).expect(204);
      expect((await meAt(here).expect(401)).body).toEqual(problems.tokenInvalid);
      await eventually('the other one refuses it', async () => (await meAt(there)).status === 401);
      await here.close();
      await there.close();
    });

    it('once, and stays on the list', async () => {
      const { id, api } = await make(app);
      await app.api.delete(`/api/service-tokens/${id}`).expect(204);
      const { revokedAt } = (await app.api.get(`/api/service-tokens/${id}`).expect(200)).body;
      await app.api.delete(`/api/service-tokens/${id}`).expect(204);
      const { body } = await app.api.get(`/api/service-tokens/${id}`).expect(200);
      expect(body.revokedAt).toBe(revokedAt);
      await api.get('/api/auth/me').expect(401);
      const revoked = await app.rows(
        `SELECT meta FROM ops_events WHERE event_key = 'token.revoked' AND source_id = $1`,
        [id],
      );
      expect(revoked).toEqual([{ meta: { name: 'CRM push' } }]);
    });

    it('while it is at work: what was accepted ends, what comes after is refused', async () => {
      const { id, api } = await make(app);
      const { id: nextActionId } = await createNextAction(app.api);
      const { pressed } = await app.holding(
        'SELECT FROM next_best_actions WHERE id = $1 FOR UPDATE',
        [nextActionId],
        async () => {
          const pressed = api.press(nextActionId, 'snooze_1d').then(({ status }) => status);
          await eventually('the press waits', async () => (await waitingForLocks(app)) === 1);
          await app.api.delete(`/api/service-tokens/${id}`).expect(204);
          return { pressed };
        },
      );
      expect(await pressed).toBe(200);
      await api.press(nextActionId, 'snooze_1d').expect(401);
    });

    it('by nobody who disables its maker: it belongs to a machine', async () => {
      const maker = await addUser(app, { role: 'admin' });
      const { api } = await make(app, {}, maker.api);
      await app.api.patch(`/api/users/${maker.user.id}`, { disabled: true }).expect(200);
      await maker.api.get('/api/auth/me').expect(401);
      await api.get('/api/auth/me').expect(200);
    });
  });

  describe('of an administrator of a scope', () => {
    it('has no scopes beyond those of its maker, be it a user or a service token', async () => {
      const user = await addUser(app, { role: 'admin', scopes: ['account/*'] });
      const service = await make(app, { role: 'admin', scopes: ['account/*'] });
      for (const { api } of [user, service]) {
        for (const scopes of [['*'], ['account/acme', 'desk/a'], ['desk/*']]) {
          const body = { name: 'x', role: 'viewer', scopes, expiresAt: inDays(1) };
          const { body: problem } = await api.post('/api/service-tokens', body).expect(403);
          expect(problem.code).toBe('GRANT_BEYOND_OWN');
        }
        await make(app, { role: 'admin', scopes: ['account/acme'] }, api);
      }
    });

    it('is made, seen and revoked within the scopes alone', async () => {
      const { api } = await addUser(app, { role: 'admin', scopes: ['account/*'] });
      const own = await make(app, { scopes: ['account/acme', 'account/b'] }, api);
      for (const scopes of [['*'], ['account/acme', 'desk/a']]) {
        const foreign = await make(app, { scopes });
        await api.get(`/api/service-tokens/${foreign.id}`).expect(404);
        const { body } = await api.delete(`/api/service-tokens/${foreign.id}`).expect(404);
        expect(body.code).toBe('SERVICE_TOKEN_NOT_FOUND');
        await foreign.api.get('/api/auth/me').expect(200);
        const listed = (await api.get('/api/service-tokens', { pageSize: 100 })).body.items;
        const ids = listed.map(({ id }: { id: string }) => id);
        expect(ids).toContain(own.id);
        expect(ids).not.toContain(foreign.id);
      }
      await api.delete(`/api/service-tokens/${own.id}`).expect(204);
    });

    it('is made by administrators alone', async () => {
      for (const role of ['viewer', 'operator'] as const) {
        const { api } = await addUser(app, { role });
        const body = { name: 'x', role: 'viewer', scopes: ['*'], expiresAt: inDays(1) };
        expect((await api.post('/api/service-tokens', body).expect(403)).body.code).toBe(
          'PERMISSION_DENIED',
        );
        await api.get('/api/service-tokens').expect(403);
      }
    });
  });

  it('is listed newest first, page by page', async () => {
    const made = [await make(app), await make(app), await make(app)];
    const first = (await app.api.get('/api/service-tokens', { pageSize: 2 }).expect(200)).body;
    const { nextCursor: cursor } = first.pagination;
    const second = await app.api.get('/api/service-tokens', { pageSize: 1, cursor }).expect(200);
    const ids = [...first.items, ...second.body.items].map(({ id }: { id: string }) => id);
    expect(ids).toEqual(made.map(({ id }) => id).reverse());
  });

  it('has a rate limit of its own, apart from other tokens and from its maker', async () => {
    const limited = await createTestApp({
      database: app.database,
      env: { EXECUTE_LIMIT_PER_MINUTE: '2', READ_LIMIT_PER_MINUTE: '2' },
    });
    const { id } = await createNextAction(app.api);
    const [one, two] = [await make(limited), await make(limited)];
    for (const api of [one.api, two.api, limited.api]) {
      for (const left of ['1', '0']) {
        const { headers } = await api.press(id, 'snooze_1d').expect(200);
        expect(headers['ratelimit-remaining']).toBe(left);
      }
      await api.press(id, 'snooze_1d').expect(429);
      for (let i = 0; i < 2; i++) await api.get('/api/auth/me').expect(200);
      await api.get('/api/auth/me').expect(429);
    }
    await limited.close();
  });

  it('has no session that signing out could end', async () => {
    const { api } = await make(app);
    await api.delete('/api/auth/session').expect(204);
    await api.get('/api/auth/me').expect(200);
    await app.anonymous.post('/api/auth/login', OPERATOR).expect(200);
  });
});
