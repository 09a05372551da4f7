import { createTestApp, type TestApp } from './support/app.js';

interface Operation {
  summary?: string;
  security: unknown[];
  responses: Record<
    string,
    { description: string; headers?: object; content?: Record<string, unknown> }
  >;
}

describe('the OpenAPI document', () => {
  let app: TestApp;
  let operations: [string, Operation][];
  beforeAll(async () => {
    app = await createTestApp();
    const { body } = await app.anonymous.get('/api/openapi.json').expect(200);
    expect(body.openapi).toBe('3.1.0');
    operations = Object.entries(body.paths as Record<string, Record<string, Operation>>).flatMap(
      ([path, item]) =>
        Object.entries(item).map(([method, operation]): [string, Operation] => [
          `${method.toUpperCase()} ${path}`,
          operation,
        ]),
    );
  });
  afterAll(() => app.close());

  it('describes every operation, its errors as problem documents', () => {
    for (const [name, operation] of operations) {
      expect([name, operation.summary]).toEqual([name, expect.any(String)]);
      for (const [status, response] of Object.entries(operation.responses)) {
        expect([name, status, response.description]).toEqual([
          name,
          status,
          expect.stringMatching(/./),
        ]);
        if (Number(status) >= 400)
          expect([name, status, Object.keys(response.content ?? {})]).toEqual([
            name,
            status,
            ['application/problem+json'],
          ]);
      }
    }
  });

  it('documents 401 for every route that needs a token', () => {
    const secured = operations.filter(([, operation]) => operation.security.length > 0);
    expect(secured.length).toBeGreaterThan(8);
    for (const [name, operation] of secured)
      expect([name, operation.responses]).toEqual([
        name,
        expect.objectContaining({ '401': expect.anything() }),
      ]);
  });

  it('documents 429 with its headers on every route but the probes', () => {
    for (const [name, { responses }] of operations) {
      const headers = Object.keys(responses['429']?.headers ?? {});
      const expected = name.includes('/health/')
        ? []
        : ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset', 'Retry-After'];
      expect([name, headers]).toEqual([name, expected]);
    }
  });

  it('documents every status of the execute route', () => {
    const [, execute] = operations.find(
      ([name]) => name === 'POST /api/next-actions/{id}/execute',
    )!;
    expect(Object.keys(execute.responses)).toEqual(
      expect.arrayContaining([
        '200',
        '400',
        '401',
        '404',
        '409',
        '413',
        '415',
        '422',
        '429',
        '500',
        '503',
      ]),
    );
  });

  it('has a page that needs nothing from elsewhere', async () => {
    const { text } = await app.anonymous.get('/api/docs').expect(200);
    expect(text).toContain('swagger-ui');
    expect(text).not.toMatch(/src="https?:/);
  });
});
