import { createHash } from 'node:crypto';
import type supertest from 'supertest';
import { MAX_PAUSING, SignInDelay } from '../src/auth/sign-in-delay.js';
import { createTestApp, OPERATOR, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { eventually } from './support/eventually.js';
import { problems } from './support/problems.js';

const LIMITS = { EXECUTE_LIMIT_PER_MINUTE: '20', LOGIN_LIMIT_PER_MINUTE: '5' };

describe('the rate limit', () => {
  let one: TestApp;
  let two: TestApp;
  beforeAll(async () => {
    one = await createTestApp({ env: LIMITS });
    two = await createTestApp({ env: LIMITS, database: one.database });
  });
  afterAll(async () => {
    await two.close();
    await one.close();
  });
  beforeEach(() => one.rows('DELETE FROM rate_limits'));

  it('allows 20 presses a minute, counted down in the headers, then answers with Retry-After', async () => {
    const { id } = await createNextAction(one.api);
    for (let left = 19; left >= 0; left--) {
      const response = await one.api.press(id, 'snooze_1d').expect(200);
      expect(response.headers).toMatchObject({
        'ratelimit-limit': '20',
        'ratelimit-remaining': String(left),
      });
    }
    const response = await one.api.press(id, 'snooze_1d').expect(429);
    expect(response.body).toEqual(problems.rateLimited);
    expect(response.headers).toMatchObject({ 'ratelimit-limit': '20', 'ratelimit-remaining': '0' });
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(response.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(response.headers['ratelimit-reset']).toBe(response.headers['retry-after']);
  });

  it('holds across replicas, also for presses at once', async () => {
    const { id } = await createNextAction(one.api);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => (i % 2 ? one : two).api.press(id, 'snooze_1d')),
    );
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(20);
    expect(answers.filter((answer) => answer.status === 429)).toHaveLength(30);
    expect(
      new Set(
        answers
          .filter((answer) => answer.status === 200)
          .map((answer) => answer.headers['ratelimit-remaining']),
      ).size,
    ).toBe(20);
  });

  it('is not dodged by letter case, a trailing slash, other NBAs or a forged address', async () => {
    const ids = [(await createNextAction(one.api)).id, (await createNextAction(one.api)).id];
    for (let i = 0; i < 20; i++)
      await one.api
        .press(ids[i % 2]!, 'snooze_1d')
        .set('X-Forwarded-For', `10.0.0.${i}`)
        .expect(200);
    const body = { actionKey: 'snooze_1d' };
    await one.api.post(`/API/Next-Actions/${ids[0]!}/Execute/`, body).expect(429);
    await one.api
      .post(`/api/next-actions/${ids[1]!}/execute/`, body)
      .set('X-Forwarded-For', '10.9.9.9')
      .expect(429);
  });

  it('counts a new minute from its first press', async () => {
    const { id } = await createNextAction(one.api);
    await Promise.all(Array.from({ length: 21 }, () => one.api.press(id, 'snooze_1d')));
    await one.api.press(id, 'snooze_1d').expect(429);
    await one.rows(`UPDATE rate_limits SET expires_at = now()`);
    await one.api.press(id, 'snooze_1d').expect(200);
  });

  it('counts refused presses, too', async () => {
    for (let i = 0; i < 20; i++)
      await one.api.post('/api/next-actions/x/execute').send('{broken').expect(400);
    await one.api.press('x', 'mark_done').expect(429);
  });

  it('limits a flood without a token by its address, apart from the users', async () => {
    const { id } = await createNextAction(one.api);
    for (let i = 0; i < 20; i++) await one.anonymous.press(id, 'mark_done').expect(401);
    await one.anonymous.press(id, 'mark_done').expect(429);
    await one.api.press(id, 'mark_done').expect(200);
  });

  it('stays out of the way of other routes', async () => {
    const response = await one.api.get('/api/next-actions').expect(200);
    expect(response.headers).not.toHaveProperty('ratelimit-limit');
  });

  it('allows five logins a minute per address', async () => {
    for (let i = 0; i < 5; i++)
      await one.anonymous
        .post('/api/auth/login', { email: `u${i}@example.com`, password: 'x' })
        .expect(401);
    const response = await one.anonymous.post('/api/auth/login', OPERATOR).expect(429);
    expect(response.body).toEqual(problems.rateLimited);
  });

  it('shows the sign-in limit with the fewest attempts left', async () => {
    const login = (email: string) =>
      one.anonymous.post('/api/auth/login', { email, password: 'x' }).expect(401);
    for (let i = 0; i < 3; i++) await login(`other${i}@example.com`);
    const byAddress = await login('new@example.com');
    expect(byAddress.headers).toMatchObject({
      'ratelimit-limit': '5',
      'ratelimit-remaining': '1',
    });
    await one.rows(`DELETE FROM rate_limits WHERE key LIKE '%ip:%'`);
    const byEmail = await login('new@example.com');
    expect(byEmail.headers).toMatchObject({ 'ratelimit-remaining': '3' });
  });

  it('lets presses pass and logins fail while its store is away', async () => {
    const { id } = await createNextAction(one.api);
    await one.rows('ALTER TABLE rate_limits RENAME TO rate_limits_away');
    try {
      await one.api.press(id, 'snooze_1d').expect(200);
      await one.anonymous.post('/api/auth/login', OPERATOR).expect(500);
    } finally {
      await one.rows('ALTER TABLE rate_limits_away RENAME TO rate_limits');
    }
    // Nest's Logger writes to the application that was made last.
    expect(two.logs()).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        msg: 'rate limit not counted: its store is away',
        limit: 'execute',
        err: expect.objectContaining({ message: expect.stringContaining('rate_limits') }),
      }),
    );
  });
});

describe('a rate limit that is far away', () => {
  const LIMIT = 400;
  let one: TestApp;
  let two: TestApp;
  beforeAll(async () => {
    const env = { EXECUTE_LIMIT_PER_MINUTE: String(LIMIT) };
    one = await createTestApp({ env });
    two = await createTestApp({ env, database: one.database });
  });
  afterAll(async () => {
    await two.close();
    await one.close();
  });
  beforeEach(() => one.rows('DELETE FROM rate_limits'));

  const hits = async (): Promise<number> => {
    const [row] = await one.rows('SELECT hits FROM rate_limits');
    return Number(row?.hits);
  };
  /** Refused for their body, which costs less than a press and counts as one. */
  const press = (app: TestApp) => app.api.post('/api/next-actions/x/execute').send('{broken');

  describe('whose statements are noted', () => {
    beforeAll(() =>
      one.rows(`
        CREATE TABLE counts (at timestamptz);
        CREATE FUNCTION note_count() RETURNS trigger LANGUAGE plpgsql AS
          'BEGIN INSERT INTO counts VALUES (now()); RETURN NULL; END';
        CREATE TRIGGER note_count AFTER INSERT OR UPDATE ON rate_limits
          FOR EACH STATEMENT EXECUTE FUNCTION note_count()`),
    );
    afterAll(() => one.rows('DROP FUNCTION note_count CASCADE; DROP TABLE counts'));
    beforeEach(() => one.rows('TRUNCATE counts'));

    const statements = async (): Promise<number> => {
      const [row] = await one.rows('SELECT count(*)::int AS statements FROM counts');
      return Number(row?.statements);
    };

    it('is counted for several presses in one statement, each with its own number', async () => {
      for (let left = LIMIT - 1; left >= LIMIT - 60; left--) {
        const { headers } = await press(one).expect(400);
        expect(headers['ratelimit-remaining']).toBe(String(left));
      }
      expect(await statements()).toBeLessThan(45);
      await eventually('what was not used is given back', async () => (await hits()) === 60);
    });

    it('gives nothing back to the next minute', async () => {
      for (let i = 0; i < 4; i++) await press(one).expect(400);
      await one.rows(
        `UPDATE rate_limits SET hits = 50, expires_at = expires_at + interval '1 minute'`,
      );
      const before = await statements();
      await eventually('it was tried', async () => (await statements()) > before);
      expect(await hits()).toBe(50);
    });
  });

  it('refuses the same press as ever, on two servers', async () => {
    const statuses: number[] = [];
    while (!statuses.includes(429)) {
      const answers = await Promise.all([press(one), press(two), press(two)]);
      statuses.push(...answers.map(({ status }) => status));
    }
    expect(statuses.filter((status) => status === 400)).toHaveLength(LIMIT);
  });
});

/** Signs in from an address that a trusted proxy names. */
function signInFrom(app: TestApp, address: string, body: object): supertest.Test {
  return app.anonymous.post('/api/auth/login', body).set('X-Forwarded-For', address);
}

describe('behind a trusted proxy, the limit of sign-ins', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({
      env: {
        ...LIMITS,
        TRUST_PROXY: 'loopback',
        DATABASE_POOL_SIZE: '2',
        LOGIN_DELAY_MAX_MS: '3000',
      },
    });
  });
  afterAll(() => app.close());
  beforeEach(() => app.rows('DELETE FROM rate_limits'));

  const wrong = { ...OPERATOR, password: 'wrong' };

  it('locks out only the address that guesses', async () => {
    for (let i = 0; i < 5; i++) await signInFrom(app, '10.0.0.1', wrong).expect(401);
    await signInFrom(app, '10.0.0.1', OPERATOR).expect(429);
    await signInFrom(app, '10.0.0.2', OPERATOR).expect(200);
  });

  it('never refuses a right password for wrong ones from elsewhere, however many', async () => {
    const tries = Array.from({ length: 8 }, (_, i) => signInFrom(app, `10.0.${i % 4}.1`, wrong));
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([401]));
    await signInFrom(app, '10.1.0.1', OPERATOR).expect(200);
  });

  it('delays attempts for one e-mail without holding a connection', async () => {
    await rememberTries(app, OPERATOR.email, 100);
    const delay = app.get(SignInDelay);
    const tries = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'].map((address) =>
      signInFrom(app, address, OPERATOR).then(({ status }) => status),
    );
    await eventually('all of them pause', () => delay.pausing === 4);
    await app.api.get('/api/next-actions').expect(200);
    await signInFrom(app, '10.0.0.5', { email: 'other@example.com', password: 'x' }).expect(401);
    expect(delay.pausing).toBe(4);
    // With too many paused sign-ins, a further attempt passes without a pause and is not refused.
    delay.pausing += MAX_PAUSING;
    await signInFrom(app, '10.0.0.6', OPERATOR).expect(200);
    expect(delay.pausing).toBe(4 + MAX_PAUSING);
    delay.pausing -= MAX_PAUSING;
    expect(await Promise.all(tries)).toEqual([200, 200, 200, 200]);
    expect(delay.pausing).toBe(0);
  });

  it('counts wrong passwords alone towards a pause', async () => {
    for (let i = 0; i < 5; i++) await signInFrom(app, `10.0.0.${i}`, OPERATOR).expect(200);
    await signInFrom(app, '10.0.1.1', wrong).expect(401);
    expect(await app.rows(`SELECT hits FROM rate_limits WHERE key LIKE 'login:tries:%'`)).toEqual([
      { hits: 1 },
    ]);
  });

  it('counts one address for one e-mail across the minutes of the address', async () => {
    for (let i = 0; i < 5; i++) await signInFrom(app, '10.0.0.1', wrong).expect(401);
    await app.rows(`DELETE FROM rate_limits WHERE key LIKE '%ip:%'`);
    await signInFrom(app, '10.0.0.1', OPERATOR).expect(429);
    const other = { email: 'other@example.com', password: 'x' };
    await signInFrom(app, '10.0.0.1', other).expect(401);
  });

  it.each([
    ['its port', (i: number) => `198.51.100.8:${5000 + i}`],
    ['the port of its IPv6 address', (i: number) => `[2001:db8::8]:${5000 + i}`],
    ['its part of an IPv6 network', (i: number) => `2001:db8:1:2::${i + 1}`],
    ['what it calls itself', (i: number) => ['unknown', '_hidden', '_a', '-', 'x', 'y'][i]!],
    ['a trailing comma', (i: number) => `203.0.113.1${' ,'.repeat(i)}`],
    ['what comes before its address', (i: number) => `10.9.9.${i}, 203.0.113.1`],
  ])('is not dodged by changing %s', async (_, address) => {
    const login = (i: number) =>
      signInFrom(app, address(i), { email: `u${i}@example.com`, password: 'x' });
    for (let i = 0; i < 5; i++) await login(i).expect(401);
    await login(5).expect(429);
  });

  it('counts by address, with or without a token', async () => {
    const login = (token: string) =>
      signInFrom(app, '10.0.0.1', wrong).set('Authorization', `Bearer ${token}`);
    for (let i = 0; i < 5; i++) await login(i % 2 === 0 ? app.api.token! : 'nonsense').expect(401);
    await login(app.api.token!).expect(429);
  });
});

/** Counts wrong passwords for an e-mail without sending them. */
async function rememberTries(app: TestApp, email: string, tries: number): Promise<void> {
  const hash = createHash('sha256').update(email).digest('hex');
  await app.rows(
    `INSERT INTO rate_limits (key, hits, expires_at) VALUES ($1, $2, now() + interval '5 minutes')`,
    [`login:tries:${hash}`, tries],
  );
}

describe('the limit of the routes without one of their own', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({
      env: { READ_LIMIT_PER_MINUTE: '5', WRITE_LIMIT_PER_MINUTE: '3', TRUST_PROXY: 'loopback' },
    });
  });
  afterAll(() => app.close());

  it('counts the reads of a user together, and shows itself only when it is exceeded', async () => {
    for (const path of [
      '/api/next-actions',
      '/api/jobs',
      '/api/auth/me',
      '/api/risk',
      '/api/next-actions',
    ]) {
      const { headers } = await app.api.get(path).expect(200);
      expect(Object.keys(headers).filter((name) => /ratelimit|retry/.test(name))).toEqual([]);
    }
    const { body, headers } = await app.api.get('/api/work-items').expect(429);
    expect(body).toEqual(problems.rateLimited);
    expect(headers).toMatchObject({ 'ratelimit-limit': '5', 'ratelimit-remaining': '0' });
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(headers['ratelimit-reset']).toBe(headers['retry-after']);
  });

  it('counts writes apart from reads, and routes with their own limit not at all', async () => {
    const { id } = await createNextAction(app.api);
    await createNextAction(app.api);
    for (let i = 0; i < 5; i++) await app.api.press(id, 'snooze_1d').expect(200);
    await createNextAction(app.api);
    await app.api.post('/api/next-actions', { title: 'x' }).expect(429);
    await app.api.press(id, 'snooze_1d').expect(200);
  });

  it('counts requests without a user by their address', async () => {
    const from = (address: string) =>
      app.anonymous.get('/api/next-actions').set('X-Forwarded-For', address);
    for (let i = 0; i < 5; i++) await from(`203.0.113.1:${i}`).expect(401);
    await from('203.0.113.1:9').expect(429);
    await from('203.0.113.2').expect(401);
  });

  it('leaves the probes, the document and its page alone', async () => {
    for (const path of ['/health/live', '/health/ready', '/api/openapi.json', '/api/docs']) {
      for (let i = 0; i < 7; i++) await app.anonymous.get(path).expect(200);
    }
  });

  it('leaves no count in the database', async () => {
    const counts = await app.rows(`SELECT key FROM rate_limits WHERE key NOT LIKE 'execute:%'`);
    expect(counts).toEqual([]);
  });

  it('is off at 0', async () => {
    const off = await createTestApp({ env: { READ_LIMIT_PER_MINUTE: '0' } });
    for (let i = 0; i < 7; i++) await off.api.get('/api/auth/me').expect(200);
    await off.close();
  });
});

describe('the limit of runs', () => {
  it('holds for every route that computes, each for itself', async () => {
    const app = await createTestApp({ env: { RUN_LIMIT_PER_MINUTE: '2' } });
    for (const path of [
      'scores/compute',
      'risk/run-rules',
      'next-actions/run',
      'leads/pipeline/run',
    ]) {
      for (let left = 1; left >= 0; left--) {
        const { headers } = await app.api.post(`/api/${path}`, {}).expect(200);
        expect(headers['ratelimit-remaining']).toBe(String(left));
      }
      expect((await app.api.post(`/api/${path}`, {}).expect(429)).body).toEqual(
        problems.rateLimited,
      );
    }
    await app.close();
  });
});
