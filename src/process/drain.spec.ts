import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Drain } from './drain.js';

describe('the drain of a server', () => {
  it('answers a running request with Connection: close', async () => {
    const server = createServer();
    const drain = new Drain(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const agent = new Agent({ keepAlive: true });
    const ask = (path: string): Promise<IncomingMessage> =>
      new Promise((resolve, reject) => {
        const { port } = server.address() as AddressInfo;
        get({ port, host: '127.0.0.1', path, agent }, resolve).once('error', reject);
      });
    const arrived = once(server, 'request') as Promise<[IncomingMessage, ServerResponse]>;
    const early = ask('/early');
    const [, running] = await arrived;
    const begun = once(server, 'request') as Promise<[IncomingMessage, ServerResponse]>;
    const half = ask('/half-sent');
    const [, halfSent] = await begun;
    halfSent.write('half');

    const finished = drain.finish();
    running.end('answered');
    halfSent.end(' and half');

    const [first, second] = await Promise.all([early, half]);
    for (const answer of [first, second]) answer.resume();
    expect(first.headers.connection).toBe('close');
    expect(second.statusCode).toBe(200);
    expect(await finished).toBe(true);
    agent.destroy();
  });

  it('accepts new connections during its delay, with Connection: close, then refuses them', async () => {
    const server = createServer((_, response) => response.end('answered'));
    const drain = new Drain(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const ask = (): Promise<IncomingMessage> =>
      new Promise((resolve, reject) => {
        get({ port, host: '127.0.0.1', agent: new Agent({ keepAlive: true }) }, resolve).once(
          'error',
          reject,
        );
      });
    const finished = drain.finish({ delayMs: 500 });
    const answer = await ask();
    answer.resume();
    expect(answer.headers.connection).toBe('close');
    expect(await finished).toBe(true);
    await expect(ask()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('resets no client that connects while the listener closes', async () => {
    const server = createServer((_, response) => response.end('answered'));
    const drain = new Drain(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const outcomes = new Set<unknown>();
    const ask = (): Promise<boolean> =>
      new Promise((resolve) => {
        const end = (outcome: unknown): void => {
          outcomes.add(outcome);
          resolve(outcome === 200);
        };
        get({ port, host: '127.0.0.1', agent: false }, (answer) => {
          answer.resume().once('end', () => end(answer.statusCode));
        }).once('error', (error: NodeJS.ErrnoException) => end(error.code));
      });
    const client = async (): Promise<void> => {
      while (await ask());
    };
    const clients = Array.from({ length: 32 }, client);
    expect(await drain.finish({ delayMs: 200 })).toBe(true);
    await Promise.all(clients);
    expect(outcomes).toEqual(new Set([200, 'ECONNREFUSED']));
  });

  it('handles a client that resets its connection while the listener closes', async () => {
    const requested = jest.fn();
    const server = createServer(requested);
    const drain = new Drain(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const finished = drain.finish();
    const connected: Socket[] = [];
    server.on('connection', (socket: Socket) => {
      connected.push(socket);
      client.resetAndDestroy();
    });
    // Long turns make the drain wait for a short one, until the reset has arrived.
    const keepBusy = (): void => {
      if (connected[0]?.closed === true) return;
      const until = performance.now() + 1;
      while (performance.now() < until);
      setImmediate(keepBusy);
    };
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    keepBusy();
    expect(await finished).toBe(true);
    expect(connected.map(({ errored }) => errored)).toEqual([
      expect.objectContaining({ code: 'ECONNRESET' }),
    ]);
    expect(requested).not.toHaveBeenCalled();
  });

  it('cuts off what does not end within its limit', async () => {
    const server = createServer();
    const drain = new Drain(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const arrived = once(server, 'request');
    const asked = new Promise((_, reject) => {
      get({ port, host: '127.0.0.1' }).once('error', reject);
    });
    asked.catch(() => undefined);
    await arrived;
    expect(await drain.finish({ limitMs: 50 })).toBe(false);
    await expect(asked).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});
