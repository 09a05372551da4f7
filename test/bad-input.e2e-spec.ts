import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { createTestApp, type TestApp } from './support/app.js';
import { problems } from './support/problems.js';

/** A request as bytes, since no client library sends broken ones. */
function raw(
  app: TestApp,
  method: string,
  path: string,
  body?: Buffer | string,
  headers: Record<string, string> = {},
) {
  return new Promise<{
    status: number;
    headers: Record<string, unknown>;
    body: Record<string, unknown>;
  }>((resolve, reject) => {
    const call = request(
      app.url + path,
      {
        method,
        headers: {
          Authorization: `Bearer ${app.api.token!}`,
          'Content-Type': 'application/json',
          ...headers,
        },
      },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () =>
          resolve({
            status: response.statusCode!,
            headers: response.headers,
            body: text === '' ? {} : JSON.parse(text),
          }),
        );
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

describe('bad input', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app.close());

  it.each([
    ['broken JSON', '{"title":'],
    ['an array', '[]'],
    ['a string', '"x"'],
    ['null', 'null'],
    ['a number', '7'],
    [
      'broken UTF-8',
      Buffer.from([
        0x7b, 0x22, 0x74, 0x69, 0x74, 0x6c, 0x65, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d,
      ]),
    ],
    ['a truncated UTF-8 character', Buffer.from('{"title":"é"}').subarray(0, 11)],
    ['a NUL byte', '{"title":"a\u0000"}'],
  ])('that is %s is a 400', async (_, body) => {
    const answer = await raw(app, 'POST', '/api/next-actions', body);
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.body).toEqual(problems.bodyNotJson);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'as %s is a 400',
    async (type) => {
      const answer = await raw(app, 'POST', '/api/next-actions', '{"title":"x"}', {
        'Content-Type': type,
      });
      expect(answer.body).toEqual(problems.bodyNotJson);
    },
  );

  it('in an encoding that is not read is a 415', async () => {
    expect(
      (await raw(app, 'POST', '/api/next-actions', 'x', { 'Content-Encoding': 'zstd-nope' }))
        .status,
    ).toBe(415);
    expect(
      (
        await raw(app, 'POST', '/api/next-actions', '{}', {
          'Content-Type': 'application/json; charset=latin1',
        })
      ).status,
    ).toBe(415);
  });

  it.each([
    ['1 MB', JSON.stringify({ title: 'x'.repeat(1_000_000) }), {}],
    ['one byte over 100 kB', `{"title":"${'x'.repeat(100 * 1024 - 11)}"}`, {}],
    [
      'a compressed bomb',
      gzipSync(JSON.stringify({ title: 'x'.repeat(10_000_000) })),
      { 'Content-Encoding': 'gzip' },
    ],
    [
      '1 MB without a length',
      JSON.stringify({ title: 'x'.repeat(1_000_000) }),
      { 'Transfer-Encoding': 'chunked' },
    ],
  ])('of %s is a 413', async (_, body, headers) => {
    const answer = await raw(
      app,
      'POST',
      '/api/next-actions',
      body,
      headers as Record<string, string>,
    ).catch((error: unknown) => error as NodeJS.ErrnoException);
    // The server may close the connection on what it does not want to read.
    if (answer instanceof Error) expect(['ECONNRESET', 'EPIPE']).toContain(answer.code);
    else expect(answer.body).toEqual(problems.bodyTooLarge);
  });

  it('of 1 MB without a token is a 401', async () => {
    const answer = await raw(app, 'POST', '/api/next-actions', 'x'.repeat(1000), {
      Authorization: '',
    });
    expect(answer.body).toEqual(problems.tokenInvalid);
  });

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])(
    'with the key %s is a 400, and pollutes nothing',
    async (key) => {
      const answer = await raw(
        app,
        'POST',
        '/api/next-actions',
        `{"title":"x","payload":{"a":{"${key}":{"polluted":true}}}}`,
      );
      expect(answer.body).toEqual(problems.validationFailed(`payload.a.${key}`));
      expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    },
  );

  it('that is nested too deeply is a 400', async () => {
    const answer = await raw(
      app,
      'POST',
      '/api/next-actions',
      `{"title":"x","payload":{"a":${'['.repeat(5000)}${']'.repeat(5000)}}}`,
    );
    expect(answer.status).toBe(400);
  });

  it.each([
    '/api/next-actions/%E0%A4%A',
    '/api/next-actions/%00',
    '/api/next-actions/..%2f..%2fetc',
    '/api/nope',
    '/',
  ])('in the path %s is a 4xx problem', async (path) => {
    const answer = await raw(app, 'GET', path);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.body).toMatchObject({
      code: expect.stringMatching(/^[A-Z_]+$/),
      requestId: expect.any(String),
    });
  });

  it('in a request id is not taken over', async () => {
    for (const id of ['x'.repeat(129), 'a b', 'a/b', 'é']) {
      const answer = await raw(app, 'GET', '/api/auth/me', undefined, {
        'X-Request-Id': Buffer.from(id).toString('latin1'),
      });
      expect(answer.headers['x-request-id']).not.toBe(id);
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    }
    expect(
      (await raw(app, 'GET', '/api/auth/me', undefined, { 'X-Request-Id': 'a.B_c-9' })).headers[
        'x-request-id'
      ],
    ).toBe('a.B_c-9');
  });

  it('never shows a stack, SQL or a path', async () => {
    await app.rows('ALTER TABLE next_best_actions RENAME TO gone');
    try {
      const answer = await raw(app, 'GET', '/api/next-actions');
      expect(answer.status).toBe(500);
      expect(answer.body).toMatchObject({
        code: 'INTERNAL_ERROR',
        requestId: answer.headers['x-request-id'],
      });
      expect(JSON.stringify(answer.body)).not.toMatch(/next_best_actions|SELECT|node_modules|at /);
      expect(app.logs()).toContainEqual(
        expect.objectContaining({ level: 'error', requestId: answer.headers['x-request-id'] }),
      );
    } finally {
      await app.rows('ALTER TABLE gone RENAME TO next_best_actions');
    }
  });

  it.each([
    ['DELETE', '/api/next-actions', 'GET, HEAD, POST'],
    ['POST', '/api/next-actions/x', 'GET, HEAD, PATCH'],
    ['OPTIONS', '/api/jobs/x?y=1', 'GET, HEAD'],
    ['GET', '/api/auth/login', 'POST'],
    ['PUT', '/health/live', 'GET, HEAD'],
  ])('is a method that the path lacks: %s %s', async (method, path, allowed) => {
    const { status, headers, body } = await raw(app, method, path);
    expect([status, headers.allow]).toEqual([405, allowed]);
    expect(body).toEqual(problems.methodNotAllowed);
  });

  it('is no known method where no route has the path', async () => {
    for (const [method, path] of [
      ['GET', '/api/nothing'],
      ['DELETE', '/api/next-actions/x/y/z'],
      ['POST', '/'],
    ] as const) {
      const { status, headers, body } = await raw(app, method, path);
      expect([status, headers.allow]).toEqual([404, undefined]);
      expect(body).toEqual(problems.routeNotFound);
    }
  });

  it('is a query where the route takes none', async () => {
    const item = JSON.stringify({ title: 'x', state: 'open' });
    for (const [method, path, body] of [
      ['PUT', '/api/work-items/reminder/one', item],
      ['DELETE', '/api/work-items/reminder/one', undefined],
      ['GET', '/api/auth/me', undefined],
      ['POST', '/api/next-actions/run', '{}'],
    ] as const) {
      const answer = await raw(app, method, `${path}?x=1`, body);
      expect([method, path, answer.status]).toEqual([method, path, 400]);
      expect(answer.body).toEqual(problems.validationFailed('x'));
    }
  });
});
