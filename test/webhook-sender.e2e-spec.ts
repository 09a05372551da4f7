import { createServer, type Server, type Socket } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { newSigningSecret } from '../src/webhooks/sending/signature.js';
import { ID, KEY, MESSAGE, setUpSending } from './support/sending.js';
import { type Received, signatureOf } from './support/webhook-receiver.js';

describe('a webhook', () => {
  const { box, secret, open, receiver, senderOf, endpoint, send } = setUpSending();

  it('is one signed request of the exact bytes, and delivered by an answer 2xx', async () => {
    const to = await receiver((response) => response.writeHead(202).end('{"took":true}'));
    expect(await send(to.url)).toEqual({
      status: 202,
      durationMs: expect.any(Number),
      errorCode: null,
      error: null,
      answer: '{"took":true}',
      retryAfterMs: null,
    });
    const [got] = to.received as [Received];
    expect(to.received).toHaveLength(1);
    expect(got).toMatchObject({
      method: 'POST',
      path: '/hooks',
      body: MESSAGE.body,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'next-best-actions',
        'webhook-id': 'msg_1',
        'webhook-timestamp': String(Math.floor(MESSAGE.now.getTime() / 1000)),
        'webhook-signature': signatureOf(got, secret),
      },
    });
    const headers = got.headers as Record<string, string>;
    expect(new Webhook(secret).verify(got.body, headers)).toEqual(JSON.parse(MESSAGE.body));
    expect(() => new Webhook(newSigningSecret()).verify(got.body, headers)).toThrow();
  });

  it('is signed by both secrets until the older one ends', async () => {
    const to = await receiver();
    const older = newSigningSecret();
    const rotated = (untilMs: number) =>
      endpoint(to.url, {
        previousSecretBox: box.seal(ID, 'secret', older),
        previousSecretUntil: new Date(MESSAGE.now.getTime() + untilMs),
      });
    const sender = senderOf();
    const { signal } = new AbortController();
    await sender.send(rotated(1), MESSAGE, signal);
    await sender.send(rotated(0), MESSAGE, signal);
    const [during, after] = to.received as [Received, Received];
    expect(during.headers['webhook-signature']).toBe(
      `${signatureOf(during, secret)} ${signatureOf(during, older)}`,
    );
    expect(after.headers['webhook-signature']).toBe(signatureOf(after, secret));
    for (const each of [secret, older]) {
      const headers = during.headers as Record<string, string>;
      expect(new Webhook(each).verify(during.body, headers)).toBeDefined();
    }
  });

  it('uses at most WEBHOOK_CONCURRENCY connections to one origin, and uses them again', async () => {
    const held: (() => void)[] = [];
    const to = await receiver((response) => {
      held.push(() => response.end());
      if (to.received.length === 8) for (const answer of held) answer();
      else if (to.received.length > 8) response.end();
    });
    const sender = senderOf({ concurrency: 8 });
    const { signal } = new AbortController();
    const all = Array.from({ length: 24 }, () => sender.send(endpoint(to.url), MESSAGE, signal));
    expect((await Promise.all(all)).map(({ errorCode }) => errorCode)).toEqual(all.map(() => null));
    expect(to.connections).toBe(8);
  });

  it('does not wait for the silent paths of its host', async () => {
    const to = await receiver((response, { path }) => {
      if (path !== '/silent') response.end();
    });
    const sender = senderOf();
    const { signal } = new AbortController();
    const silent = new AbortController();
    const hanging = Array.from({ length: 16 }, () =>
      sender.send(endpoint(`http://127.0.0.1:${to.port}/silent`), MESSAGE, silent.signal),
    );
    expect(await sender.send(endpoint(to.url), MESSAGE, signal)).toMatchObject({ status: 200 });
    silent.abort();
    await Promise.all(hanging);
  });

  it('carries the headers of its endpoint', async () => {
    const to = await receiver();
    const headersBox = box.seal(ID, 'headers', '{"Authorization":"Bearer canary-4711"}');
    const { signal } = new AbortController();
    await senderOf().send(endpoint(to.url, { headersBox }), MESSAGE, signal);
    expect(to.received[0]?.headers.authorization).toBe('Bearer canary-4711');
  });

  it.each([
    [301, 'REDIRECTED'],
    [307, 'REDIRECTED'],
    [304, 'REDIRECTED'],
    [400, 'HTTP_STATUS'],
    [410, 'HTTP_STATUS'],
    [503, 'HTTP_STATUS'],
  ])('fails by an answer %s, and follows no redirect', async (status, errorCode) => {
    const other = await receiver();
    const to = await receiver((response) =>
      response.writeHead(status, { location: other.url }).end(),
    );
    expect(await send(to.url)).toMatchObject({
      status,
      errorCode,
      error: expect.stringContaining(String(status)),
    });
    expect(other.received).toEqual([]);
  });

  it('reads 4 kB of an endless answer, and keeps no secret of it', async () => {
    const to = await receiver((response) => {
      response.write(`Authorization: Bearer abcdefghijklmnop0123 of ops@example.com\n`);
      const more = (): void => {
        while (response.write('no. '.repeat(4096)));
      };
      response.on('drain', more);
      more();
    });
    const { answer, errorCode } = await send(to.url);
    expect(errorCode).toBeNull();
    expect(answer?.length).toBeLessThanOrEqual(4096);
    expect(answer?.length).toBeGreaterThan(4000);
    expect(answer).not.toMatch(/abcdefghijklmnop0123|ops@example\.com/);
  });

  it('keeps no own header and no secret of an answer that repeats its request', async () => {
    const older = newSigningSecret();
    const own = {
      authorization: `Basic ${Buffer.from('desk:blue/ & green').toString('base64')}`,
      'x-plain': 'canary "one" \\ <two>/&three',
      'x-tenant': 'acme-4711',
      'x-flag': '7',
    };
    const values = [...Object.values(own).slice(0, 3), secret, older];
    const forms = [
      ...[...values, own.authorization.slice(6), 'blue/ & green', secret.slice(6)],
      ...values.map((value) => JSON.stringify(value).slice(1, -1).replaceAll('/', '\\/')),
      ...values.map(encodeURIComponent),
      ...values.map((value) => new URLSearchParams({ value }).toString().slice(6)),
      'canary &quot;one&quot; \\ &lt;two&gt;/&amp;three',
    ];
    // The last value begins in the last byte that is kept.
    const text = `flag=7 of 17; ${forms.join('\n')}\n`.padEnd(4095, '.') + own['x-tenant'];
    const to = await receiver((response) => response.end(`${text} and more`));
    const sender = senderOf();
    const { signal } = new AbortController();
    const boxes = {
      headersBox: box.seal(ID, 'headers', JSON.stringify(own)),
      previousSecretBox: box.seal(ID, 'secret', older),
      previousSecretUntil: new Date(MESSAGE.now.getTime() + 1),
    };
    const { answer } = await sender.send(endpoint(to.url, boxes), MESSAGE, signal);
    expect(answer).toMatch(/^flag=\[redacted\] of 17; (?:\[redacted\]\n)+\.+\[redacted\]$/);

    to.answer = (response) => response.end(`It was ${secret.slice(0, 20)}`);
    const cut = await sender.send(endpoint(to.url, boxes), MESSAGE, signal);
    expect(cut.answer).toBe('It was [redacted]');
  });

  it('keeps no own header in the text of an error', async () => {
    const headersBox = box.seal(ID, 'headers', '{"x-tenant":"nowhere.example"}');
    const { signal } = new AbortController();
    const to = endpoint('http://nowhere.example/', { headersBox });
    const result = await senderOf().send(to, MESSAGE, signal);
    expect(result).toMatchObject({ errorCode: 'DNS_FAILED', error: 'ENOTFOUND [redacted]' });
  });

  it.each([
    ['30', 30_000],
    ['999999', 86_400_000],
    ['soon', null],
    [new Date(Date.now() - 60_000).toUTCString(), 0],
    [new Date(Date.now() + 90_000_000).toUTCString(), 86_400_000],
  ])('takes Retry-After: %s', async (value, ms) => {
    const to = await receiver((response) =>
      response.writeHead(503, { 'retry-after': value }).end(),
    );
    expect((await send(to.url)).retryAfterMs).toBe(ms);
  });

  it('ends in time when the receiver accepts and stays silent', async () => {
    const to = await receiver(() => undefined);
    expect(await send(to.url, { timeoutMs: 100 })).toMatchObject({
      status: null,
      errorCode: 'TIMED_OUT',
      error: 'There was no answer within 100 ms.',
    });
  });

  it('ends in time when the answer has no end: its status counts', async () => {
    const to = await receiver((response) => response.writeHead(200).write('a'));
    expect(await send(to.url, { timeoutMs: 100 })).toMatchObject({ status: 200, errorCode: null });
  });

  it('ends at once when the server stops', async () => {
    const abort = new AbortController();
    const to = await receiver(() => abort.abort());
    const result = await senderOf().send(endpoint(to.url), MESSAGE, abort.signal);
    expect(result).toMatchObject({ status: null, errorCode: 'ABORTED' });
    const again = await senderOf().send(endpoint(to.url), MESSAGE, abort.signal);
    expect(again).toMatchObject({ errorCode: 'ABORTED' });
    expect(to.received).toHaveLength(1);
  });

  it('fails where nobody listens, where the name is unknown, and where no HTTP or TLS is spoken', async () => {
    const to = await receiver();
    const { url, port } = to;
    expect(await send(`https://127.0.0.1:${port}/`)).toMatchObject({ errorCode: 'TLS_FAILED' });
    await to.close();
    open.splice(0);
    expect(await send(url)).toMatchObject({ errorCode: 'CONNECTION_FAILED', status: null });
    expect(await send('http://nowhere.example/')).toMatchObject({ errorCode: 'DNS_FAILED' });
    const rude = await listening((socket) => socket.end('SSH-2.0-x\r\n'));
    open.push(rude);
    const { port: rudePort } = rude.address() as { port: number };
    expect(await send(`http://127.0.0.1:${rudePort}/`)).toMatchObject({
      errorCode: 'CONNECTION_FAILED',
    });
  });

  it('names the setting when its secret can not be decrypted', async () => {
    const to = await receiver();
    const other = { keys: ['Yc6H-p5x8Qm7vX2-kd9Zt_4LsWn8-bRf3'] };
    for (const sending of [other, { keys: [] }]) {
      expect(await send(to.url, sending)).toMatchObject({
        status: null,
        errorCode: 'SECRET_UNREADABLE',
        error: expect.stringContaining('WEBHOOK_ENCRYPTION_KEY'),
      });
    }
    expect(await send(to.url, { keys: [...other.keys, KEY] })).toMatchObject({ errorCode: null });
  });

  it('does not open with the box of another endpoint, or of another purpose', async () => {
    const to = await receiver();
    const { signal } = new AbortController();
    for (const secretBox of [
      box.seal('019ad000-0000-7000-8000-000000000002', 'secret', secret),
      box.seal(ID, 'headers', secret),
      Buffer.alloc(0),
      box.seal(ID, 'secret', secret).fill(0, 40, 41),
    ]) {
      const result = await senderOf().send(endpoint(to.url, { secretBox }), MESSAGE, signal);
      expect(result).toMatchObject({ errorCode: 'SECRET_UNREADABLE' });
    }
    expect(to.received).toEqual([]);
  });
});

async function listening(onConnection: (socket: Socket) => void): Promise<Server> {
  const server = createServer(onConnection);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
