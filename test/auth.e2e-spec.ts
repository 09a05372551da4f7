import { JwtService } from '@nestjs/jwt';
import { argon2id } from '../src/users/passwords/argon2id.js';
import { PasswordHasher } from '../src/users/passwords/password-hasher.js';
import { TOKEN_AUDIENCE, TOKEN_ISSUER } from '../src/auth/token.js';
import { SYSTEM_ACTOR } from '../src/kernel/actor.js';
import { PERMISSIONS } from '../src/kernel/permissions.js';
import { addUser } from './support/users.js';
import { UsersService } from '../src/users/api/users.service.js';
import { createTestApp, JWT_SECRET, OPERATOR, type TestApp } from './support/app.js';
import { problems } from './support/problems.js';
import { ApiClient } from './support/requests.js';

// The real one, watched.
jest.mock('../src/users/passwords/argon2id.js', () => {
  const real = jest.requireActual<typeof import('../src/users/passwords/argon2id.js')>(
    '../src/users/passwords/argon2id.js',
  );
  return { argon2id: jest.fn(real.argon2id) };
});

describe('signing in', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app.close());

  it('answers with a bearer token that works', async () => {
    const { body } = await app.anonymous.post('/api/auth/login', OPERATOR).expect(200);
    expect(body).toEqual({
      accessToken: expect.any(String),
      tokenType: 'Bearer',
      expiresIn: 28_800,
    });
    const me = await new ApiClient(app.url, body.accessToken).get('/api/auth/me').expect(200);
    expect(me.body).toEqual({
      kind: 'user',
      id: expect.any(String),
      name: 'operator',
      email: OPERATOR.email,
      role: 'admin',
      scopes: ['*'],
      permissions: PERMISSIONS,
    });
  });

  it('ignores the case of the e-mail', async () => {
    await app.anonymous
      .post('/api/auth/login', { ...OPERATOR, email: 'Operator@Example.COM' })
      .expect(200);
  });

  it('keeps the password as an argon2id hash', async () => {
    const [row] = await app.rows<{ hash: string }>('SELECT password_hash AS hash FROM users');
    expect(row?.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('answers the same to an unknown e-mail and a wrong password, and publishes an event', async () => {
    const wrong = await app.anonymous
      .post('/api/auth/login', { ...OPERATOR, password: 'canary-wrong' })
      .expect(401);
    const unknown = await app.anonymous
      .post('/api/auth/login', { email: 'canary@example.com', password: 'canary-wrong' })
      .expect(401);
    for (const response of [wrong, unknown]) expect(response.body).toEqual(problems.loginFailed);
    expect({ ...wrong.body, requestId: '' }).toEqual({ ...unknown.body, requestId: '' });
    const { body } = await app.api
      .get('/api/ops-events', { eventKey: 'auth.login.failed' })
      .expect(200);
    expect(body.items.map((event: { meta: { reason: string } }) => event.meta.reason)).toEqual([
      'unknown_user',
      'wrong_password',
    ]);
    expect(JSON.stringify(body) + JSON.stringify(app.logs())).not.toContain('canary');
  });

  it('is recorded with the user and the address, without the password', async () => {
    await app.anonymous.post('/api/auth/login', OPERATOR).expect(200);
    const { body } = await app.api
      .get('/api/ops-events', { eventKey: 'auth.login.succeeded' })
      .expect(200);
    const { id } = (await app.api.get('/api/auth/me')).body;
    expect(body.items[0]).toMatchObject({
      level: 'info',
      status: 'success',
      actorId: id,
      sourceType: 'user',
      sourceId: id,
      meta: { ip: '127.0.0.1' },
    });
    expect(JSON.stringify(body) + JSON.stringify(app.logs())).not.toContain(OPERATOR.password);
  });

  it('is for this API alone: a token for another service, or from one, is refused', async () => {
    const jwt = app.get(JwtService);
    const { sub } = jwt.decode<{ sub: string }>(app.api.token!);
    const ask = (options: object) =>
      new ApiClient(
        app.url,
        new JwtService({ secret: JWT_SECRET }).sign({ sub }, { expiresIn: 60, ...options }),
      ).get('/api/auth/me');
    const ours = { issuer: TOKEN_ISSUER, audience: TOKEN_AUDIENCE };
    await ask(ours).expect(200);
    for (const options of [
      {},
      { issuer: TOKEN_ISSUER },
      { audience: TOKEN_AUDIENCE },
      { ...ours, issuer: 'another-service' },
      { ...ours, audience: 'another-service' },
    ]) {
      expect((await ask(options).expect(401)).body).toEqual(problems.tokenInvalid);
    }
  });

  it('reads no token on a public route: a probe with a token does not query the database', async () => {
    await app.rows('ALTER TABLE users RENAME TO users_away');
    try {
      await app.api.get('/health/live').expect(200);
      await app.api.get('/api/auth/me').expect(500);
    } finally {
      await app.rows('ALTER TABLE users_away RENAME TO users');
    }
  });

  it('does the same work for an unknown e-mail as for a wrong password', async () => {
    const hasher = app.get(PasswordHasher);
    const known = await hasher.hash('known');
    jest.mocked(argon2id).mockClear();
    expect(await hasher.verify(undefined, 'x')).toBe(false);
    expect(await hasher.verify(known, 'x')).toBe(false);
    const [unknownUser, wrongPassword] = jest
      .mocked(argon2id)
      .mock.calls.map(([password, salt, cost, length]) => [password, salt.length, cost, length]);
    expect(unknownUser).toEqual(['x', 16, { memory: 19_456, passes: 2, lanes: 1 }, 32]);
    expect(wrongPassword).toEqual(unknownUser);
  });

  it.each([
    [{}, ['email', 'password']],
    [{ email: 'nope', password: 'x' }, ['email']],
    [{ ...OPERATOR, password: 7 }, ['password']],
    [{ ...OPERATOR, password: 'x'.repeat(1025) }, ['password']],
    [{ ...OPERATOR, role: 'admin' }, ['role']],
  ])('refuses the malformed body %#', async (body, fields) => {
    const response = await app.anonymous.post('/api/auth/login', body).expect(400);
    const wrong = response.body.errors.map((error: { field: string }) => error.field);
    expect([...new Set(wrong)].sort()).toEqual(fields);
  });

  it('refuses a disabled user and their tokens', async () => {
    await addUser(app, { role: 'admin' });
    const users = app.get(UsersService);
    const { id } = (await app.api.get('/api/auth/me')).body;
    await users.change(id, { disabled: true }, SYSTEM_ACTOR);
    await app.api.get('/api/auth/me').expect(401);
    expect((await app.anonymous.post('/api/auth/login', OPERATOR).expect(401)).body).toEqual(
      problems.loginFailed,
    );
    await users.change(id, { disabled: false }, SYSTEM_ACTOR);
    await app.api.get('/api/auth/me').expect(200);
  });
});

describe('the first user', () => {
  it('is not changed by other settings later, and a start logs that', async () => {
    const first = await createTestApp();
    const warnings = async (env: Record<string, string>) => {
      const next = await createTestApp({ database: first.database, env });
      const lines = next.logs().filter(({ level }) => level === 'warn');
      await next.close();
      return lines.map(({ msg }) => msg);
    };
    const ignored = [expect.stringContaining('npm run user -- password <email>')];
    expect(await warnings({ ADMIN_PASSWORD: 'canary of a password' })).toEqual(ignored);
    expect(await warnings({ ADMIN_EMAIL: 'other@example.com' })).toEqual(ignored);
    expect(await warnings({ ADMIN_EMAIL: OPERATOR.email })).toEqual([]);
    expect(
      await warnings({ ADMIN_EMAIL: OPERATOR.email, ADMIN_PASSWORD: OPERATOR.password }),
    ).toEqual([]);
    expect(await warnings({})).toEqual([]);
    await first.close();
  });

  it('is made once, also by replicas that start together', async () => {
    const first = await createTestApp();
    const others = await Promise.all([
      createTestApp({ database: first.database }),
      createTestApp({ database: first.database }),
    ]);
    expect(await first.rows('SELECT email FROM users')).toEqual([{ email: OPERATOR.email }]);
    for (const app of others) await app.close();
    await first.close();
  });
});
