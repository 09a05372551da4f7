import { createTestApp, OPERATOR, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { eventually } from './support/eventually.js';
import { ApiClient } from './support/requests.js';
import { addUser, PASSWORD } from './support/users.js';
import { waitingForLocks } from './support/waiting.js';

jest.setTimeout(120_000);

const OTHER_PASSWORD = 'slowly sixteen goats follow';
/** Held by every change of a user: src/users/api/users.service.ts. */
const ADMINS_LOCK = 0x6e626161;

describe('users', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app.close());

  const newUser = (email: string, more: object = {}) => ({
    email,
    password: PASSWORD,
    role: 'operator',
    scopes: ['account/acme'],
    ...more,
  });
  const signIn = (email: string, password = PASSWORD) =>
    app.anonymous.post('/api/auth/login', { email, password });
  const events = async (id: string) =>
    await app.rows<{ meta: object; actor_id: string; status: string }>(
      `SELECT meta, actor_id, status FROM ops_events
         WHERE event_key = 'user.changed' AND source_id = $1 ORDER BY id`,
      [id],
    );
  const operatorId = async () => (await app.api.get('/api/auth/me')).body.id as string;

  describe('adding', () => {
    it('answers with the user, where it is, and without the password', async () => {
      const { body, headers } = await app.api
        .post('/api/users', newUser('Ann.Example@Example.com', { name: 'Ann' }))
        .expect(201);
      expect(body).toEqual({
        id: expect.any(String),
        name: 'Ann',
        email: 'ann.example@example.com',
        role: 'operator',
        scopes: ['account/acme'],
        disabled: false,
        createdAt: expect.any(String),
        lastSignInAt: null,
      });
      expect(headers.location).toBe(`/api/users/${body.id}`);
      expect((await app.api.get(headers.location!).expect(200)).body).toEqual(body);
      await signIn('ann.example@EXAMPLE.com').expect(200);
      const { body: after } = await app.api.get(headers.location!).expect(200);
      expect(Date.parse(after.lastSignInAt)).toBeGreaterThanOrEqual(Date.parse(body.createdAt));
    });

    it('takes the name from the e-mail, and the fewest scopes that say the same', async () => {
      const scopes = ['desk/a', 'account/acme', 'account/*', 'account/*', 'desk/a'];
      const { body } = await app.api
        .post('/api/users', newUser('few@example.com', { scopes }))
        .expect(201);
      expect(body).toMatchObject({ name: 'few', scopes: ['account/*', 'desk/a'] });
    });

    it('refuses an e-mail that is taken, whatever its case, also at once', async () => {
      const answers = await Promise.all(
        ['once@example.com', 'ONCE@example.com', 'Once@Example.com'].map((email) =>
          app.api.post('/api/users', newUser(email)),
        ),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
      const codes = answers.map(({ body }) => (body as { code?: string }).code);
      expect(codes.filter((code) => code === 'EMAIL_TAKEN')).toHaveLength(2);
    });

    it.each([
      ['no scopes', { scopes: [] }, 'scopes'],
      ['a scope of another form', { scopes: ['account'] }, 'scopes'],
      ['scopes that are no list', { scopes: '*' }, 'scopes'],
      ['an unknown role', { role: 'owner' }, 'role'],
      ['a password that is easy to guess', { password: 'password1234' }, 'password'],
      ['the e-mail as password', { password: 'refused@example.com' }, 'password'],
      ['an unknown field', { admin: true }, 'admin'],
      ['a name without visible text', { name: ' ' }, 'name'],
    ])('refuses %s', async (_, more, field) => {
      const { body } = await app.api
        .post('/api/users', newUser('refused@example.com', more))
        .expect(400);
      expect(body.errors.map((error: { field: string }) => error.field.split('.')[0])).toContain(
        field,
      );
    });
  });

  it('are listed by e-mail, page by page, each once', async () => {
    for (const letter of ['c', 'a', 'b']) await addUser(app, { email: `list-${letter}@x.com` });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await app.api.get('/api/users', { pageSize: 2, cursor }).expect(200);
      seen.push(...body.items.map(({ email }: { email: string }) => email));
      cursor = body.pagination.nextCursor ?? undefined;
    } while (cursor !== undefined);
    const rows = await app.rows<{ email: string }>('SELECT email FROM users ORDER BY email');
    expect(seen).toEqual(rows.map(({ email }) => email));
    expect(JSON.stringify(seen)).toContain('list-a@x.com');
  });

  describe('changing', () => {
    it('counts at once: the role, and the scopes', async () => {
      const { user, api } = await addUser(app, { scopes: ['account/acme'] });
      const { id } = await createNextAction(app.api, { entityType: 'account', entityId: 'acme' });
      await api.press(id, 'snooze_1d').expect(200);
      await app.api.patch(`/api/users/${user.id}`, { role: 'viewer' }).expect(200);
      expect((await api.press(id, 'snooze_1d').expect(403)).body.code).toBe('PERMISSION_DENIED');
      await app.api.patch(`/api/users/${user.id}`, { scopes: ['account/other'] }).expect(200);
      await api.get(`/api/next-actions/${id}`).expect(404);
      const me = (await api.get('/api/auth/me').expect(200)).body;
      expect(me).toMatchObject({ role: 'viewer', scopes: ['account/other'] });
      const actorId = await operatorId();
      const common = { disabled: false };
      expect((await events(user.id)).slice(1)).toEqual([
        {
          actor_id: actorId,
          status: 'success',
          meta: { ...common, changed: ['role'], role: 'viewer', scopes: ['account/acme'] },
        },
        {
          actor_id: actorId,
          status: 'success',
          meta: { ...common, changed: ['scopes'], role: 'viewer', scopes: ['account/other'] },
        },
      ]);
    });

    it('records nothing where nothing differs', async () => {
      const { user } = await addUser(app, { scopes: ['desk/b', 'account/a'] });
      const { name, email, role } = user;
      await app.api
        .patch(`/api/users/${user.id}`, { name, email, role, scopes: ['account/a', 'desk/b'] })
        .expect(200);
      expect(await events(user.id)).toHaveLength(1);
    });

    it('tells scopes apart whose ids hold commas', async () => {
      const { user } = await addUser(app, { scopes: ['account/a', 'account/b'] });
      const scopes = ['account/a,account/b'];
      const { body } = await app.api.patch(`/api/users/${user.id}`, { scopes }).expect(200);
      expect(body.scopes).toEqual(scopes);
    });

    it.each(['name', 'email', 'password', 'role', 'scopes', 'disabled'])(
      'refuses null for %s',
      async (field) => {
        const { user } = await addUser(app);
        const { body } = await app.api
          .patch(`/api/users/${user.id}`, { [field]: null })
          .expect(400);
        expect(body.errors[0].field).toBe(field);
        expect((await app.api.get(`/api/users/${user.id}`)).body).toMatchObject({
          name: user.name,
          email: user.email,
          role: user.role,
          scopes: user.scopes,
          disabled: false,
        });
      },
    );

    it('refuses the e-mail of another user, also of one that is being added', async () => {
      const { user } = await addUser(app);
      const { code } = (
        await app.api
          .patch(`/api/users/${user.id}`, { email: OPERATOR.email.toUpperCase() })
          .expect(409)
      ).body;
      expect(code).toBe('EMAIL_TAKEN');
      // The other transaction has added it and not committed yet: only the unique index sees it.
      const { change } = await app.committing(
        `INSERT INTO users (id, name, email, password_hash, role)
         VALUES (gen_random_uuid(), 'x', 'racing@example.com', 'x', 'viewer')`,
        [],
        async () => {
          const change = app.api
            .patch(`/api/users/${user.id}`, { email: 'racing@example.com' })
            .then(({ status }) => status);
          await eventually('the change waits', async () => (await waitingForLocks(app)) === 1);
          return { change };
        },
      );
      expect(await change).toBe(409);
      const answers = await Promise.all([
        app.api.patch(`/api/users/${user.id}`, { email: 'both@example.com' }),
        app.api.post('/api/users', newUser('both@example.com')),
      ]);
      expect(answers.filter(({ status }) => status === 409)).toHaveLength(1);
      expect(answers.filter(({ status }) => status < 300)).toHaveLength(1);
    });

    it('is a 404 for nobody', async () => {
      for (const id of ['01a22221-0000-7000-8000-000000000000', 'x']) {
        const { body } = await app.api.patch(`/api/users/${id}`, { name: 'x' }).expect(404);
        expect(body.code).toBe('USER_NOT_FOUND');
        await app.api.get(`/api/users/${id}`).expect(404);
      }
    });
  });

  describe('the last enabled administrator of all scopes', () => {
    it.each([
      ['is not disabled', { disabled: true }],
      ['keeps the role', { role: 'operator' }],
      ['keeps all scopes', { scopes: ['account/*'] }],
    ])('%s', async (_, patch) => {
      const { body } = await app.api.patch(`/api/users/${await operatorId()}`, patch).expect(409);
      expect(body.code).toBe('LAST_ADMIN');
      expect((await app.api.get('/api/auth/me').expect(200)).body).toMatchObject({
        role: 'admin',
        scopes: ['*'],
      });
    });

    it('is there after two administrators shut each other out at once', async () => {
      const second = await addUser(app, { role: 'admin' });
      const operator = await operatorId();
      const { answers } = await app.holding(
        'SELECT pg_advisory_xact_lock($1)',
        [ADMINS_LOCK],
        async () => {
          const answers = Promise.all([
            app.api.patch(`/api/users/${second.user.id}`, { role: 'viewer' }),
            second.api.patch(`/api/users/${operator}`, { disabled: true }),
          ]);
          await eventually('both wait', async () => (await waitingForLocks(app)) === 2);
          return { answers };
        },
      );
      const statuses = (await answers).map(({ status }) => status);
      expect(statuses.sort()).toEqual([200, 409]);
      const left = await app.rows<{ id: string }>(
        `SELECT id FROM users WHERE role = 'admin' AND disabled_at IS NULL`,
      );
      expect(left).toHaveLength(1);
      // For the tests that follow.
      await app.rows(`UPDATE users SET disabled_at = NULL WHERE id = $1`, [operator]);
      await app.rows(`UPDATE users SET role = 'viewer' WHERE id = $1`, [second.user.id]);
    });
  });

  describe('an administrator of a scope', () => {
    let chief: ApiClient;
    beforeAll(async () => {
      chief = (await addUser(app, { role: 'admin', scopes: ['account/*', 'desk/north'] })).api;
    });

    it('sees and manages only users whose scopes all lie in their own', async () => {
      const own = await addUser(app, { scopes: ['account/acme', 'desk/north'] });
      const shared = await addUser(app, { scopes: ['account/acme', 'desk/south'] });
      const wide = await addUser(app, { scopes: ['desk/*'] });
      const listed = (await chief.get('/api/users', { pageSize: 100 }).expect(200)).body.items;
      const ids = listed.map(({ id }: { id: string }) => id);
      expect(ids).toContain(own.user.id);
      for (const { user } of [shared, wide]) {
        expect(ids).not.toContain(user.id);
        await chief.get(`/api/users/${user.id}`).expect(404);
        await chief.patch(`/api/users/${user.id}`, { password: OTHER_PASSWORD }).expect(404);
      }
      await chief.patch(`/api/users/${own.user.id}`, { role: 'admin' }).expect(200);
      await chief.get(`/api/users/${await operatorId()}`).expect(404);
      for (const { scopes } of listed as { scopes: string[] }[]) {
        for (const scope of scopes) expect(scope).toMatch(/^account\/|^desk\/north$/);
      }
    });

    it.each([[['*']], [['account/acme', 'desk/south']], [['desk/*']]])(
      'gives nobody %j',
      async (scopes) => {
        const { user } = await addUser(app, { scopes: ['account/acme'] });
        const refused = [
          await chief.post('/api/users', newUser('beyond@example.com', { scopes })),
          await chief.patch(`/api/users/${user.id}`, { scopes }),
        ];
        for (const { status, body } of refused) {
          expect([status, body.code]).toEqual([403, 'GRANT_BEYOND_OWN']);
        }
        expect((await app.api.get(`/api/users/${user.id}`)).body.scopes).toEqual(['account/acme']);
      },
    );

    it('reads no event about users, which belong to no scope', async () => {
      const { body } = await chief.get('/api/ops-events', { eventKey: 'user.changed' }).expect(200);
      expect(body.items).toEqual([]);
    });
  });

  it('go on with no cursor of other grants', async () => {
    for (const entityId of ['acme', 'other']) {
      for (let i = 0; i < 3; i++) {
        await createNextAction(app.api, { entityType: 'paged', entityId });
      }
    }
    const { user, api } = await addUser(app, { scopes: ['paged/*'] });
    const first = (await api.get('/api/next-actions', { pageSize: 2 }).expect(200)).body;
    await app.api.patch(`/api/users/${user.id}`, { scopes: ['paged/acme'] }).expect(200);
    const { nextCursor: cursor } = first.pagination;
    const next = await api.get('/api/next-actions', { pageSize: 2, cursor }).expect(400);
    expect(next.body.code).toBe('CURSOR_INVALID');
  });

  it('leave no secret in events, answers, logs or rows', async () => {
    const secret = 'canary horses graze by night';
    const next = 'canary goats follow at dawn';
    const { user } = await addUser(app, { password: secret });
    await app.api.patch(`/api/users/${user.id}`, { password: next }).expect(200);
    const { accessToken } = (await signIn(user.email, next).expect(200)).body;
    await new ApiClient(app.url, accessToken)
      .post('/api/auth/password', { current: next, next: secret })
      .expect(204);
    const rows = await app.rows<{ text: string }>(
      `SELECT row_to_json(e)::text AS text FROM ops_events e
       UNION ALL SELECT row_to_json(s)::text FROM sessions s
       UNION ALL SELECT row_to_json(u)::text FROM users u`,
    );
    const everything =
      JSON.stringify(rows) +
      JSON.stringify(app.logs()) +
      JSON.stringify((await app.api.get('/api/users', { pageSize: 100 })).body);
    expect(everything).toContain(user.id);
    expect(everything).not.toMatch(/canary/);
    expect(everything).not.toContain(accessToken);
    expect(JSON.stringify(app.logs())).not.toMatch(/argon2id/);
    const stored = await app.rows<{ text: string }>('SELECT meta::text AS text FROM ops_events');
    expect(JSON.stringify(stored)).not.toMatch(/argon2id/);
  });
});
