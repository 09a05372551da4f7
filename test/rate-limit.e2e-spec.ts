import { createTestApp, OPERATOR, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
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

  it('lets 20 presses a minute through, counted down in the headers, and tells when to come back', async () => {
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

  it('shows the count of a login that has the fewest tries left', async () => {
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
  });
});

describe('behind a trusted proxy, the rate limit', () => {
  it('allows five logins a minute per e-mail, from whatever address', async () => {
    const app = await createTestApp({ env: { ...LIMITS, TRUST_PROXY: 'loopback' } });
    const login = (i: number, email: string) =>
      app.anonymous
        .post('/api/auth/login', { email, password: 'x' })
        .set('X-Forwarded-For', `10.0.0.${i}`);
    for (let i = 0; i < 5; i++) await login(i, 'someone@example.com').expect(401);
    await login(6, 'SomeOne@example.com').expect(429);
    await login(7, 'another@example.com').expect(401);
    await app.close();
  });
});
