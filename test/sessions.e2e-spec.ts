import { JwtService } from '@nestjs/jwt';
import { createTestApp, OPERATOR, type TestApp } from './support/app.js';
import { eventually } from './support/eventually.js';
import { ApiClient } from './support/requests.js';
import { cookieOf, meWith, openSession, setCookieOf } from './support/sessions.js';
import { addUser, PASSWORD, type TestUser } from './support/users.js';

jest.setTimeout(120_000);

const NEXT = 'slowly sixteen goats follow';

describe('a session', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app.close());

  it('is opened with a cookie out of reach of scripts and other sites, which ends with the browser', async () => {
    const answer = await openSession(app).expect(204);
    expect(setCookieOf(answer)).toMatch(
      /^nba_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    const cookie = setCookieOf(answer).split(';')[0]!;
    const { body } = await meWith(app, cookie).expect(200);
    expect(body).toMatchObject({ kind: 'user', email: OPERATOR.email, role: 'admin' });
  });

  it('has another value at each sign-in, of which a hash is stored', async () => {
    const [one, two] = [await cookieOf(app), await cookieOf(app)];
    expect(one).not.toBe(two);
    // A value that a client brings along is not taken over.
    const fixed = await openSession(app, { Origin: app.url, Cookie: one }).expect(204);
    expect(setCookieOf(fixed)).not.toContain(one);
    const rows = await app.rows<{ text: string }>(
      'SELECT row_to_json(s)::text AS text FROM sessions s',
    );
    const text = JSON.stringify(rows) + JSON.stringify(app.logs());
    expect(text).not.toContain(one.split('=')[1]);
  });

  it('is not opened with a wrong password, nor by a token', async () => {
    const wrong = await openSession(
      app,
      { Origin: app.url },
      { ...OPERATOR, password: 'x' },
    ).expect(401);
    expect(wrong.headers).not.toHaveProperty('set-cookie');
    for (const value of ['', 'x', app.api.token!, 'a'.repeat(43), '%E0%A4%A']) {
      await meWith(app, `nba_session=${value}`).expect(401);
    }
  });

  it('is not found by a header that looks like its cookie, also while it is cached', async () => {
    const cached = await createTestApp({
      database: app.database,
      env: { AUTH_CACHE_MS: '60000' },
    });
    const cookie = await cookieOf(cached);
    const value = cookie.split('=')[1]!;
    await meWith(cached, cookie).expect(200);
    for (const header of [`cookie ${value}`, `Bearer ${value}`, value]) {
      await cached.anonymous.get('/api/auth/me').set('Authorization', header).expect(401);
    }
    await cached.close();
  });

  it('is judged by the header alone where both are sent', async () => {
    const { api } = await addUser(app, { role: 'viewer' });
    const cookie = await cookieOf(app);
    const { body } = await api.get('/api/auth/me').set('Cookie', cookie).expect(200);
    expect(body.role).toBe('viewer');
    await meWith(app, cookie).set('Authorization', 'Bearer nonsense').expect(401);
    await meWith(app, cookie).set('Authorization', 'Basic dXNlcjpwYXNz').expect(401);
  });

  it('is refused where two cookies contradict each other', async () => {
    const [one, two] = [await cookieOf(app), await cookieOf(app)];
    await meWith(app, `${one}; ${two}`).expect(401);
    await meWith(app, `${one}; nba_session=`).expect(401);
    await meWith(app, `theme=dark; ${one}; ${one}`).expect(200);
  });

  it('lasts 12 hours after its last use, which is recorded to the minute', async () => {
    const cookie = await cookieOf(app);
    const { id } = (
      await app.rows<{ id: string }>('SELECT id FROM sessions ORDER BY id DESC LIMIT 1')
    )[0]!;
    const hoursLeft = async () =>
      (
        await app.rows<{ hours: number }>(
          `SELECT round(extract(epoch FROM expires_at - now()) / 3600, 2)::float8 AS hours
           FROM sessions WHERE id = $1`,
          [id],
        )
      )[0]?.hours;
    const passes = (interval: string) =>
      app.rows(
        `UPDATE sessions SET expires_at = expires_at - $1::interval,
           last_used_at = last_used_at - $1::interval WHERE id = $2`,
        [interval, id],
      );
    expect(await hoursLeft()).toBe(12);
    await passes('11 hours 59 minutes');
    await meWith(app, cookie).expect(200);
    expect(await hoursLeft()).toBe(12);
    await passes('50 seconds');
    await meWith(app, cookie).expect(200);
    expect(await hoursLeft()).toBe(11.99);
    await passes('12 hours');
    await meWith(app, cookie).expect(401);
  });

  it('can be used where its use can not be recorded', async () => {
    const cookie = await cookieOf(app);
    await app.rows(`UPDATE sessions SET last_used_at = now() - interval '1 hour'`);
    await app.rows(
      `CREATE FUNCTION read_only() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE SQLSTATE '25006'; END $$`,
    );
    await app.rows(
      'CREATE TRIGGER read_only BEFORE UPDATE ON sessions EXECUTE FUNCTION read_only()',
    );
    try {
      await meWith(app, cookie).expect(200);
    } finally {
      await app.rows('DROP FUNCTION read_only CASCADE');
    }
  });

  describe('ends', () => {
    it('by signing out, on the server too, and the browser forgets the cookie', async () => {
      const { user, api } = await addUser(app);
      const body = { email: user.email, password: PASSWORD };
      const [one, two] = [await cookieOf(app, body), await cookieOf(app, body)];
      const answer = await app.anonymous
        .delete('/api/auth/session')
        .set({ Origin: app.url, Cookie: one })
        .expect(204);
      expect(setCookieOf(answer)).toMatch(/^nba_session=; .*Expires=Thu, 01 Jan 1970/);
      await meWith(app, one).expect(401);
      await meWith(app, two).expect(200);
      await api.delete('/api/auth/session').expect(204);
      await api.get('/api/auth/me').expect(401);
      await meWith(app, two).expect(200);
      const ended = await app.rows(
        `SELECT FROM ops_events WHERE event_key = 'auth.session.ended' AND actor_id = $1`,
        [user.id],
      );
      expect(ended).toHaveLength(2);
    });

    it('on another server within AUTH_CACHE_MS, on this one at once', async () => {
      const options = { database: app.database, env: { AUTH_CACHE_MS: '60000' } };
      const here = await createTestApp(options);
      const there = await createTestApp({ ...options, env: { AUTH_CACHE_MS: '200' } });
      const cookie = await cookieOf(here);
      for (const server of [here, there]) await meWith(server, cookie).expect(200);
      await here.anonymous
        .delete('/api/auth/session')
        .set({ Origin: here.url, Cookie: cookie })
        .expect(204);
      await meWith(here, cookie).expect(401);
      await eventually('the other one refuses it', async () => {
        return (await meWith(there, cookie)).status === 401;
      });
      await here.close();
      await there.close();
    });

    it('by a change of the own password, but for the one that changed it', async () => {
      for (const by of ['cookie', 'bearer'] as const) {
        const { user, api } = await addUser(app);
        const body = { email: user.email, password: PASSWORD };
        const [one, two] = [await cookieOf(app, body), await cookieOf(app, body)];
        const passwords = { current: PASSWORD, next: NEXT };
        if (by === 'cookie') {
          await app.anonymous
            .post('/api/auth/password', passwords)
            .set({ Origin: app.url, Cookie: one })
            .expect(204);
        } else await api.post('/api/auth/password', passwords).expect(204);
        await meWith(app, one).expect(by === 'cookie' ? 200 : 401);
        await meWith(app, two).expect(401);
        await api.get('/api/auth/me').expect(by === 'bearer' ? 200 : 401);
      }
    });
  });

  describe('of an earlier version: a token without one', () => {
    const legacyOf = ({ user }: TestUser, more: object = {}) =>
      new ApiClient(app.url, app.get(JwtService).sign({ sub: user.id, ...more }));

    it('is accepted until the user changes the password', async () => {
      const who = await addUser(app);
      const legacy = legacyOf(who, { iat: Math.floor(Date.now() / 1000) - 5 });
      await legacy.get('/api/auth/me').expect(200);
      await legacy.delete('/api/auth/session').expect(204);
      await who.api.post('/api/auth/password', { current: PASSWORD, next: NEXT }).expect(204);
      await legacy.get('/api/auth/me').expect(401);
      await who.api.get('/api/auth/me').expect(200);
    });

    it('changes the password, too, and is refused after that', async () => {
      const who = await addUser(app);
      const legacy = legacyOf(who, { iat: Math.floor(Date.now() / 1000) - 5 });
      await legacy.post('/api/auth/password', { current: PASSWORD, next: NEXT }).expect(204);
      await legacy.get('/api/auth/me').expect(401);
      await who.api.get('/api/auth/me').expect(401);
    });

    it('is no session of somebody else', async () => {
      const [one, two] = [await addUser(app), await addUser(app)];
      const { sid } = app.get(JwtService).decode<{ sid: string }>(one.api.token!);
      await legacyOf(one, { sid }).get('/api/auth/me').expect(200);
      await legacyOf(two, { sid }).get('/api/auth/me').expect(401);
      await legacyOf(two, { sid: 'x' }).get('/api/auth/me').expect(401);
      await legacyOf(two, { sid: null }).get('/api/auth/me').expect(401);
    });
  });

  it('shares the limits of sign-ins with the other routes that try passwords', async () => {
    const limited = await createTestApp({
      database: app.database,
      env: { LOGIN_LIMIT_PER_MINUTE: '4' },
    });
    await limited.rows('DELETE FROM rate_limits');
    const wrong = (n: number) => ({ email: `nobody-${n}@example.com`, password: 'x' });
    for (let i = 0; i < 4; i++) {
      const answer =
        i % 2 === 0
          ? openSession(limited, { Origin: limited.url }, wrong(i))
          : limited.anonymous.post('/api/auth/login', wrong(i));
      expect((await answer.expect(401)).headers['ratelimit-remaining']).toBe(String(3 - i));
    }
    await openSession(limited, { Origin: limited.url }).expect(429);
    await limited.anonymous.post('/api/auth/login', OPERATOR).expect(429);
    // By e-mail and address: the route for the own password counts together with them.
    await limited.rows(`DELETE FROM rate_limits`);
    for (let i = 0; i < 4; i++) {
      const wrongPassword = { current: 'x', next: NEXT };
      await limited.api.post('/api/auth/password', wrongPassword).expect(403);
    }
    await limited.api.post('/api/auth/password', { current: 'x', next: NEXT }).expect(429);
    await limited.anonymous.post('/api/auth/login', OPERATOR).expect(429);
    await limited.close();
  });

  it('answers with its token once, to be stored by no cache', async () => {
    const { headers } = await app.anonymous.post('/api/auth/login', OPERATOR).expect(200);
    expect(headers['cache-control']).toBe('no-store');
  });
});
