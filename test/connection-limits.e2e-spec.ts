import { request } from 'node:http';
import { createTestApp, type TestApp } from './support/app.js';
import { problems } from './support/problems.js';
import { RawConnection } from './support/raw-connection.js';

const LIMITS = {
  HEADERS_TIMEOUT_MS: '200',
  BODY_TIMEOUT_MS: '200',
  REQUEST_TIMEOUT_MS: '1000',
  MAX_CONNECTIONS: '20',
};
const JSON_TYPE = 'application/json';

describe('a connection', () => {
  let app: TestApp;
  const open: RawConnection[] = [];
  const connection = async (): Promise<RawConnection> => {
    const opened = await RawConnection.open(app.url);
    open.push(opened);
    return opened;
  };
  const signedIn = (headers: Record<string, string> = {}) => ({
    Authorization: `Bearer ${app.api.token!}`,
    'Content-Type': JSON_TYPE,
    ...headers,
  });

  beforeAll(async () => {
    app = await createTestApp({ env: LIMITS });
  });
  afterEach(() => {
    for (const { socket } of open.splice(0)) socket.destroy();
  });
  afterAll(() => app.close());

  describe('that is slow', () => {
    it('to send the headers of a request gets a 408 and ends', async () => {
      const slow = await connection();
      slow.send('GET /api/auth/me HTTP/1.1\r\nHost: te');
      expect(await slow.answer()).toMatchObject({
        status: 408,
        headers: { connection: 'close', 'x-request-id': expect.any(String) },
        body: problems.requestTimeout,
      });
      await slow.closed;
    });

    it('to begin a request at all gets a 408 and ends', async () => {
      const silent = await connection();
      expect((await silent.answer()).status).toBe(408);
      await silent.closed;
    });

    it('to go on with a body gets a 408 and ends', async () => {
      const stalled = await connection();
      stalled
        .head('POST /api/next-actions', signedIn({ 'Content-Length': '100' }))
        .send('{"title"');
      expect(await stalled.answer()).toMatchObject({
        status: 408,
        headers: { connection: 'close' },
        body: { ...problems.requestTimeout, instance: '/api/next-actions' },
      });
      await stalled.closed;
    });

    it('but steady with a body ends in time all the same', async () => {
      const trickling = await connection();
      trickling
        .head('POST /api/next-actions', signedIn({ 'Content-Length': '100000' }))
        .send('{"a":"');
      const drip = setInterval(() => trickling.send('x'), 50);
      try {
        expect(await trickling.answer()).toMatchObject({
          status: 408,
          body: { ...problems.requestTimeout, instance: '/api/next-actions' },
        });
        await trickling.closed;
      } finally {
        clearInterval(drip);
      }
    });

    it('between two requests is kept, although the time for headers is shorter', async () => {
      const idle = await connection();
      idle.head('GET /health/live');
      expect((await idle.answer()).headers).toMatchObject({ 'keep-alive': 'timeout=65' });
      // Another connection that says nothing from now on runs out of the time for its headers.
      expect((await (await connection()).answer()).status).toBe(408);
      idle.head('GET /health/live');
      expect((await idle.answer()).status).toBe(200);
    });
  });

  it('past the limit is closed at once, and another takes its place when it ends', async () => {
    const held = await Promise.all(Array.from({ length: 20 }, connection));
    const surplus = await connection();
    await surplus.closed;
    expect(surplus.text).toBe('');
    held[0]!.socket.destroy();
    await held[0]!.closed;
    const { body } = await app.anonymous.get('/health/live').expect(200);
    expect(body).toEqual({ status: 'ok' });
  });

  describe('whose body is refused', () => {
    const refused = (path: string, headers: Record<string, string>, instance = path) => ({
      path,
      headers,
      instance,
    });

    it.each([
      ['for no token', 401, () => refused('/api/next-actions', { 'Content-Type': JSON_TYPE })],
      ['for its length', 413, () => refused('/api/next-actions', signedIn())],
      [
        'for its type',
        400,
        () => refused('/api/next-actions', signedIn({ 'Content-Type': 'text/plain' })),
      ],
      [
        'for its encoding',
        415,
        () => refused('/api/next-actions', signedIn({ 'Content-Encoding': 'lzma' })),
      ],
      ['for its path', 404, () => refused('/api/nope', signedIn())],
    ])('%s ends with the answer, and is not taken in', async (_, status, make) => {
      const { path, headers } = make();
      const framings: Record<string, string>[] = [
        { 'Content-Length': '300000000' },
        { 'Transfer-Encoding': 'chunked' },
      ];
      for (const framing of framings) {
        const flood = await connection();
        flood.head(`POST ${path}`, { ...headers, ...framing });
        const chunk = Buffer.alloc(64 * 1024, 'x');
        const pour = (): void => {
          while (flood.socket.writable && flood.socket.write(chunked(framing, chunk)));
        };
        flood.socket.on('drain', pour);
        pour();
        const answer = await flood.answer();
        expect(answer).toMatchObject({ status, headers: { connection: 'close' } });
        await flood.closed;
        // What the kernel and the server took in, of 300 MB.
        expect(flood.socket.bytesWritten - flood.socket.writableLength).toBeLessThan(30_000_000);
      }
    });

    it('and small is taken in, and the connection kept', async () => {
      const small = await connection();
      small.head('POST /api/next-actions', { 'Content-Length': '5' }).send('12345');
      expect((await small.answer()).status).toBe(401);
      small.head('GET /health/live');
      expect((await small.answer()).status).toBe(200);
    });
  });

  describe('that sends Expect: 100-continue', () => {
    const length = Buffer.byteLength('{"title":"x"}');

    it('gets 100 Continue if the body is wanted', async () => {
      const asking = await connection();
      asking.head(
        'POST /api/next-actions',
        signedIn({ 'Content-Length': String(length), Expect: '100-continue' }),
      );
      expect((await asking.answer()).status).toBe(100);
      asking.send('{"title":"x"}');
      expect((await asking.answer()).status).toBe(201);
    });

    it('is refused without having sent it', async () => {
      const asking = await connection();
      asking.head('POST /api/next-actions', {
        'Content-Type': JSON_TYPE,
        'Content-Length': String(length),
        Expect: '100-continue',
      });
      expect((await asking.answer()).status).toBe(401);
    });

    it('for anything else gets a 417', async () => {
      const asking = await connection();
      asking.head(
        'POST /api/next-actions',
        signedIn({ 'Content-Length': '2', Expect: 'a miracle' }),
      );
      asking.send('{}');
      expect(await asking.answer()).toMatchObject({
        status: 417,
        body: problems.expectationFailed,
      });
    });
  });

  describe('that sends malformed HTTP', () => {
    it.each([
      ['no HTTP', 'HELLO\r\n\r\n', 400, 'HTTP_MALFORMED'],
      ['a bad header', 'GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n', 400, 'HTTP_MALFORMED'],
      ['no host', 'GET /api/auth/me HTTP/1.1\r\n\r\n', 400, 'HTTP_MALFORMED'],
      [
        'two framings',
        'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n',
        400,
        'HTTP_MALFORMED',
      ],
      [
        'headers that are too large',
        `GET / HTTP/1.1\r\nHost: x\r\nCookie: ${'x'.repeat(20_000)}\r\n\r\n`,
        431,
        'HEADERS_TOO_LARGE',
      ],
      [
        'a bad chunk',
        'POST /api/next-actions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
        400,
        'HTTP_MALFORMED',
      ],
    ])('gets a problem document for %s', async (_, bytes, status, code) => {
      const broken = await connection();
      broken.send(bytes);
      const answer = await broken.answer();
      expect(answer).toMatchObject({
        status,
        body: { code, status, requestId: answer.headers['x-request-id'] },
      });
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    });

    it('leaves a line in the log, without what was sent', async () => {
      const broken = await connection();
      broken.send('canary\r\n\r\n');
      const { headers } = await broken.answer();
      expect(app.logs()).toContainEqual(
        expect.objectContaining({ requestId: headers['x-request-id'], code: 'HTTP_MALFORMED' }),
      );
      expect(JSON.stringify(app.logs())).not.toContain('canary');
    });
  });

  it('that the client closes in the middle of a body causes no error', async () => {
    const quitting = await connection();
    quitting.head(
      'POST /api/next-actions',
      signedIn({ 'Content-Length': '100', 'Content-Encoding': 'gzip' }),
    );
    quitting.send(Buffer.from([0x1f, 0x8b]));
    quitting.socket.destroy();
    await quitting.closed;
    await app.api.post('/api/next-actions', { title: 'x' }).expect(201);
  });

  it('of a common client is answered in full although its body is refused', async () => {
    const answer = await new Promise<number>((resolve, reject) => {
      const call = request(`${app.url}/api/next-actions`, { method: 'POST' }, (response) =>
        resolve(response.statusCode!),
      );
      call.on('error', reject);
      // Within what is still read after the answer, so that a client that sends all first sees it.
      call.end(Buffer.alloc(900_000, 'x'));
    });
    expect(answer).toBe(401);
  });
});

function chunked(framing: object, data: Buffer): Buffer {
  if ('Content-Length' in framing) return data;
  return Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, Buffer.from('\r\n')]);
}
