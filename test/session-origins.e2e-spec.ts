import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { cookieOf, type Headers, meWith, openSession, setCookieOf } from './support/sessions.js';

jest.setTimeout(120_000);

const PUBLIC_URL = 'https://nba.example.com';

describe('a change by cookie', () => {
  let app: TestApp;
  let cookie: string;
  let nextActionId: string;
  beforeAll(async () => {
    app = await createTestApp({ env: { CORS_ORIGINS: 'https://other.example.com' } });
    cookie = await cookieOf(app);
    nextActionId = (await createNextAction(app.api)).id;
  });
  afterAll(() => app.close());

  const press = (headers: Headers) =>
    app.anonymous.press(nextActionId, 'snooze_1d').set({ Cookie: cookie, ...headers });

  it('is accepted from the own origin, or as same-origin by a browser that sends none', async () => {
    await press({ Origin: app.url }).expect(200);
    await press({ 'Sec-Fetch-Site': 'same-origin' }).expect(200);
    await press({ Origin: app.url, 'Sec-Fetch-Site': 'same-origin' }).expect(200);
  });

  it.each([
    ['nothing', {}],
    ['null', { Origin: 'null' }],
    ['an empty Origin', { Origin: '' }],
    ['another host', { Origin: 'http://evil.example' }],
    ['an origin that begins like ours', { Origin: 'OWN.evil.example' }],
    ['our host with another port', { Origin: 'http://127.0.0.1:1' }],
    ['our host without a port', { Origin: 'http://127.0.0.1' }],
    ['another scheme', { Origin: 'https://OWN_HOST' }],
    ['another name of this machine', { Origin: 'http://localhost' }],
    ['an origin that CORS allows', { Origin: 'https://other.example.com' }],
    ['a page of the same site', { 'Sec-Fetch-Site': 'same-site' }],
    ['another site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['no page', { 'Sec-Fetch-Site': 'none' }],
    [
      'another origin that says it were ours',
      { Origin: 'http://evil.example', 'Sec-Fetch-Site': 'same-origin' },
    ],
    [
      'a forwarded host of nobody whom we trust',
      { Origin: 'http://evil.example', 'X-Forwarded-Host': 'evil.example' },
    ],
    ['a path behind the origin', { Origin: 'OWN/' }],
  ])('is refused from %s', async (_, headers) => {
    const own = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        value.replace('OWN_HOST', app.url.slice(7)).replace('OWN', app.url),
      ]),
    );
    expect((await press(own).expect(403)).body.code).toBe('ORIGIN_REFUSED');
    const signIn = await openSession(app, own).expect(403);
    expect(signIn.body.code).toBe('ORIGIN_REFUSED');
    expect(signIn.headers).not.toHaveProperty('set-cookie');
    const signOut = app.anonymous.delete('/api/auth/session').set({ Cookie: cookie, ...own });
    await signOut.expect(403);
    // Reads need no origin, and a bearer token none at all.
    await meWith(app, cookie).set(own).expect(200);
    await app.api.press(nextActionId, 'snooze_1d').set(own).expect(200);
  });

  it('is never allowed by CORS: no answer allows credentials', async () => {
    for (const answer of [
      await app.anonymous
        .options('/api/auth/session')
        .set({ Origin: 'https://other.example.com', 'Access-Control-Request-Method': 'POST' }),
      await meWith(app, cookie).set('Origin', 'https://other.example.com'),
      await openSession(app, { Origin: 'https://other.example.com' }),
      await meWith(app, cookie).set('Origin', 'https://evil.example'),
    ]) {
      expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
      expect(answer.headers['access-control-allow-origin']).not.toBe('*');
    }
  });

  it('needs no origin for HEAD, which changes nothing', async () => {
    await app.anonymous.get('/api/auth/me').set('Cookie', cookie).expect(200);
    const head = app.anonymous.get('/api/auth/me').set('Cookie', cookie);
    head.method = 'HEAD';
    await head.expect(200);
  });
});

describe('under TLS', () => {
  it('the cookie is Secure and the origin PUBLIC_URL, whatever the request says', async () => {
    const app = await createTestApp({ env: { PUBLIC_URL: `${PUBLIC_URL}:443` } });
    expect(setCookieOf(await openSession(app, { Origin: PUBLIC_URL }).expect(204))).toMatch(
      /; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
    await openSession(app, { Origin: app.url }).expect(403);
    await openSession(app, { Origin: 'http://nba.example.com' }).expect(403);
    const forged = { Origin: 'https://evil.example', Host: 'evil.example' };
    await openSession(app, forged).expect(403);
    await app.close();
  });

  it('both come from a trusted proxy', async () => {
    const app = await createTestApp({ env: { TRUST_PROXY: 'loopback' } });
    const proxied = (host: string, proto = 'https') => ({
      'X-Forwarded-Proto': proto,
      'X-Forwarded-Host': host,
    });
    for (const host of ['nba.example.com', 'NBA.example.com', 'nba.example.com:443']) {
      const answer = await openSession(app, { Origin: PUBLIC_URL, ...proxied(host) }).expect(204);
      expect(setCookieOf(answer)).toMatch(/; HttpOnly; Secure; SameSite=Strict$/);
    }
    for (const [origin, host] of [
      ['https://[2001:db8::1]:8443', '[2001:db8::1]:8443'],
      ['https://nba.example.com:8443', 'nba.example.com:8443'],
    ] as const) {
      await openSession(app, { Origin: origin, ...proxied(host) }).expect(204);
    }
    for (const host of ['nba.example.com:8443', 'nba.example.com@evil.example', 'x y', '']) {
      await openSession(app, { Origin: PUBLIC_URL, ...proxied(host) }).expect(403);
    }
    await openSession(app, { Origin: 'null', ...proxied('nba.example.com', 'custom') }).expect(403);
    const plain = await openSession(app, {
      Origin: 'http://nba.example.com',
      ...proxied('nba.example.com', 'http'),
    }).expect(204);
    expect(setCookieOf(plain)).not.toContain('Secure');
    await app.close();
  });

  it('the headers of a proxy that is not trusted count for nothing', async () => {
    const app = await createTestApp();
    const forged = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'nba.example.com' };
    await openSession(app, { Origin: PUBLIC_URL, ...forged }).expect(403);
    const answer = await openSession(app, { Origin: app.url, ...forged }).expect(204);
    expect(setCookieOf(answer)).not.toContain('Secure');
    await app.close();
  });
});
