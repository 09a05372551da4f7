import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import supertest from 'supertest';
import { createTestApp, type TestApp } from './support/app.js';
import { problems } from './support/problems.js';

const SCRIPT = 'console.log("queue")';
const PAGE = '<!doctype html><div id="root"></div>';
/** The pages of the console besides the queue. */
const PAGES = [
  '/risk?severity=high',
  '/scores',
  '/work-items',
  '/leads',
  '/effectiveness',
  '/jobs',
  '/events',
  '/webhooks',
  '/users',
  '/tokens/',
];
const HTML = 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8';

/** A folder as a build of the console leaves it. */
function builtConsole(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nba-console-'));
  mkdirSync(join(folder, 'assets'));
  for (const [name, content] of [
    ['index.html', PAGE],
    ['assets/index-1a2b.js', SCRIPT],
  ] as const) {
    writeFileSync(join(folder, name), content);
    writeFileSync(join(folder, `${name}.br`), brotliCompressSync(content));
    writeFileSync(join(folder, `${name}.gz`), gzipSync(content));
  }
  writeFileSync(join(folder, 'icon.svg'), '<svg/>');
  writeFileSync(join(folder, 'notes.txt'), 'not of the page');
  writeFileSync(`${folder}.secret.js`, 'outside');
  return folder;
}

/** The status of a path that is sent as it is: other clients resolve its dots. */
function statusOf(app: TestApp, path: string): Promise<number | undefined> {
  const { hostname, port } = new URL(app.url);
  return new Promise((resolve, reject) => {
    get({ hostname, port, path }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
}

describe('a server with a built console', () => {
  let app: TestApp;
  let folder: string;
  beforeAll(async () => {
    folder = builtConsole();
    app = await createTestApp({ consoleFolder: folder });
  });
  afterAll(async () => {
    await app.close();
    rmSync(folder, { recursive: true });
    rmSync(`${folder}.secret.js`);
  });
  const open = (path: string) => app.anonymous.get(path).set('Accept', HTML);

  it.each([
    '/',
    '/?scope=account/acme&q=a',
    '/actions/019ac5a1-7d4e-7c3b-9a51-2f6d8e0b4c71',
    ...PAGES,
  ])('answers %s with the page, which a browser asks for again each time', async (path) => {
    const { text, headers } = await open(path).expect(200);
    expect(text).toBe(PAGE);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['cache-control']).toBe('no-cache');
    expect(headers.vary).toBe('Accept, Accept-Encoding');
  });

  it('allows the page no inline script, no other host, and plain HTTP', async () => {
    const { headers } = await open('/').expect(200);
    const policy = headers['content-security-policy']!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/unsafe|upgrade-insecure-requests|https?:/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['cross-origin-opener-policy']).toBeUndefined();
  });

  it('serves hashed files for good, and others to be asked for again', async () => {
    const script = await app.anonymous.get('/assets/index-1a2b.js').expect(200);
    expect(script.text).toBe(SCRIPT);
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    const icon = await app.anonymous.get('/icon.svg').expect(200);
    expect(icon.headers['cache-control']).toBe('no-cache');
  });

  it.each([
    ['br, gzip', 'br'],
    ['gzip, deflate', 'gzip'],
    ['gzip;q=1.0, br;q=0.5', 'gzip'],
    ['br;q=0, gzip;q=0', undefined],
    ['identity', undefined],
  ])('sends a client that accepts %s the variant %s', async (accepted, encoding) => {
    const { hostname, port } = new URL(app.url);
    const headers = { 'Accept-Encoding': accepted };
    const answer = await new Promise<{ encoding?: string; length: number; said: string }>(
      (resolve, reject) => {
        request({ hostname, port, path: '/assets/index-1a2b.js', headers }, (response) => {
          const said = response.headers['content-length']!;
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.on('end', () =>
            resolve({
              ...(response.headers['content-encoding'] === undefined
                ? {}
                : { encoding: response.headers['content-encoding'] }),
              length: Buffer.concat(parts).length,
              said,
            }),
          );
        })
          .on('error', reject)
          .end();
      },
    );
    expect(answer.encoding).toBe(encoding);
    expect(String(answer.length)).toBe(answer.said);
  });

  it('answers HEAD with the headers alone', async () => {
    const { headers } = await supertest(app.url).head('/').set('Accept', HTML).expect(200);
    expect(headers['content-length']).not.toBe('0');
  });

  it.each([
    '/api/no-such-route',
    '/health/nothing',
    '/assets/gone-9z8y.js',
    '/notes.txt',
    '/index.html.br',
    '/index.html',
    '/risks',
    '/actions/a/b',
  ])('answers %s with a problem document, also in a browser', async (path) => {
    const { body } = await open(path).expect(404);
    expect(body).toEqual(problems.routeNotFound);
  });

  it('answers a client of the API at / as before', async () => {
    for (const accept of ['application/json', '*/*']) {
      const { body } = await app.anonymous.get('/').set('Accept', accept).expect(404);
      expect(body).toEqual(problems.routeNotFound);
    }
    await app.anonymous.post('/', {}).set('Accept', HTML).expect(404);
    await open('/api').expect(302).expect('Location', '/api/docs');
    await open('/health/live').expect(200);
  });

  it('serves nothing outside its folder', async () => {
    const name = folder.split('/').at(-1)!;
    for (const path of [
      `/../${name}.secret.js`,
      `/..%2f${name}.secret.js`,
      `/assets/../../${name}.secret.js`,
      `/%2e%2e/${name}.secret.js`,
      `/..\\${name}.secret.js`,
      '//assets/index-1a2b.js',
      '/assets/%00',
    ]) {
      expect([path, await statusOf(app, path)]).toEqual([path, 404]);
    }
  });
});

describe('a server without a built console', () => {
  it('says so in one line, and serves the API', async () => {
    const app = await createTestApp({ consoleFolder: join(tmpdir(), 'nba-no-such-folder') });
    const lines = app.logs().filter(({ msg }) => String(msg).includes('console'));
    expect(lines).toMatchObject([{ level: 'warn', msg: expect.stringContaining('not built') }]);
    await app.anonymous.get('/').set('Accept', HTML).expect(404);
    await app.api.get('/api/next-actions').expect(200);
    await app.close();
  });
});

describe('a server under a path', () => {
  let app: TestApp;
  let folder: string;
  beforeAll(async () => {
    folder = builtConsole();
    writeFileSync(join(folder, 'index.html'), `<base href="/" />${PAGE}`);
    app = await createTestApp({ consoleFolder: folder, env: { BASE_PATH: '/tools/desk' } });
  });
  afterAll(async () => {
    await app.close();
    rmSync(folder, { recursive: true });
    rmSync(`${folder}.secret.js`);
  });

  it.each(['/tools/desk', '/tools/desk/', '/tools/desk?q=a', '/tools/desk/risk', '/', '/risk'])(
    'answers %s with the page, which names its base in each variant',
    async (path) => {
      for (const encoding of ['br', 'gzip', 'identity']) {
        const { text } = await app.anonymous
          .get(path)
          .set('Accept', HTML)
          .set('Accept-Encoding', encoding)
          .expect(200);
        expect(text).toBe(`<base href="/tools/desk/" />${PAGE}`);
      }
    },
  );

  it('answers the API and the files with and without the path', async () => {
    for (const base of ['/tools/desk', '']) {
      await app.api.get(`${base}/api/next-actions`).expect(200);
      await app.anonymous.get(`${base}/assets/index-1a2b.js`).expect(200);
      await app.anonymous.get(`${base}/health/live`).expect(200);
      await app.anonymous.get(`${base}/api`).expect(302).expect('Location', '/tools/desk/api/docs');
      const { body } = await app.api.get(`${base}/api/nothing`).expect(404);
      expect(body).toEqual({ ...problems.routeNotFound, instance: '/api/nothing' });
    }
    await app.anonymous.get('/tools/desktop').expect(404);
    await app.anonymous.get('/tools').set('Accept', HTML).expect(404);
    await app.anonymous.put('/tools/desk/api/auth/me', {}).expect(405).expect('Allow', /GET/);
  });

  it('does not start with a page that names no base', async () => {
    const other = builtConsole();
    await expect(
      createTestApp({ consoleFolder: other, env: { BASE_PATH: '/desk' } }),
    ).rejects.toThrow('npm run build');
    rmSync(other, { recursive: true });
    rmSync(`${other}.secret.js`);
  });
});
