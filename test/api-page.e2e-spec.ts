import { createTestApp, type TestApp } from './support/app.js';
import { problems } from './support/problems.js';

const PAGE = 'https://desk.example.com';

describe('the API page', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app.close());

  it('needs nothing from elsewhere', async () => {
    const { text } = await app.anonymous.get('/api/docs').expect(200);
    expect(text).toContain('swagger-ui');
    expect(text).not.toMatch(/src="https?:/);
    const files = [...text.matchAll(/(?:src|href)="\.\/docs\/([^"]+)"/g)].map(([, file]) => file!);
    expect(files).toEqual(expect.arrayContaining(['swagger-ui.css', 'swagger-ui-bundle.js']));
    for (const file of files) await app.anonymous.get(`/api/docs/${file}`).expect(200);
  });

  it('keeps the authorization when it is loaded again', async () => {
    const { text } = await app.anonymous.get('/api/docs/swagger-ui-init.js').expect(200);
    expect(text).toMatch(/"persistAuthorization": true/);
  });

  it.each([
    'package.json',
    'index.js',
    'swagger-initializer.js',
    'swagger-ui-bundle.js.map',
    'LICENSE',
  ])('does not serve %s of its package', async (file) => {
    for (const path of [`/api/docs/${file}`, `/api/docs/docs/${file}`]) {
      const { body } = await app.anonymous.get(path).expect(404);
      expect(body).toEqual(problems.routeNotFound);
    }
  });

  it('is where /api leads', async () => {
    await app.anonymous.get('/api').expect(302).expect('Location', '/api/docs');
  });

  it('lets no page of another origin read an answer, by default', async () => {
    const { headers } = await app.api.get('/api/next-actions').set('Origin', PAGE).expect(200);
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('a server without the API page, for pages of another origin', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({
      env: { API_DOCS: 'false', CORS_ORIGINS: `${PAGE}, http://127.0.0.1:5173/` },
    });
  });
  afterAll(() => app.close());

  it('serves the document, and no page', async () => {
    await app.anonymous.get('/api/openapi.json').expect(200);
    for (const path of ['/api/docs', '/api/docs/', '/api/docs/swagger-ui-bundle.js']) {
      const { body } = await app.anonymous.get(path).expect(404);
      expect(body).toEqual(problems.routeNotFound);
    }
    await app.anonymous.get('/api').expect(302).expect('Location', '/api/openapi.json');
  });

  it('answers the preflight request of a known page, and a press from it', async () => {
    for (const origin of [PAGE, 'http://127.0.0.1:5173']) {
      const { headers } = await app.anonymous
        .options('/api/next-actions')
        .set('Origin', origin)
        .set('Access-Control-Request-Method', 'POST')
        .set('Access-Control-Request-Headers', 'authorization,content-type')
        .expect(204);
      expect(headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-methods': expect.stringContaining('POST'),
        'access-control-allow-headers': 'authorization,content-type',
      });
      expect(headers['access-control-allow-credentials']).toBeUndefined();
    }
    const listed = await app.api.get('/api/next-actions').set('Origin', PAGE).expect(200);
    expect(listed.headers['access-control-allow-origin']).toBe(PAGE);
    expect(listed.headers['access-control-expose-headers']).toContain('X-Request-Id');
  });

  it('lets it read a refusal, too', async () => {
    const { headers } = await app.anonymous.get('/api/jobs').set('Origin', PAGE).expect(401);
    expect(headers['access-control-allow-origin']).toBe(PAGE);
  });

  it('does not let any other page read an answer', async () => {
    for (const origin of ['https://desk.example.com.evil.example', 'null']) {
      const { headers } = await app.api.get('/api/next-actions').set('Origin', origin).expect(200);
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
  });
});
