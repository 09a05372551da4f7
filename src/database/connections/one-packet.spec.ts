import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { type PoolClient } from 'pg';
import { sendAsOnePacket } from './one-packet.js';

describe('sendAsOnePacket', () => {
  let socket: Socket;
  let received: Promise<string>;
  let written: string[];
  beforeEach(async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const [peer] = await accepted;
    server.close();
    received = (async () => {
      let text = '';
      for await (const chunk of peer) text += String(chunk);
      return text;
    })();
    // What reaches the socket itself, one entry a system call.
    written = [];
    const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
    socket.write = (chunk: Buffer, ...rest: unknown[]) => {
      written.push(chunk.toString());
      return write(chunk, ...rest);
    };
  });
  afterEach(() => socket.destroy());

  const send = (...texts: string[]): void => {
    sendAsOnePacket({ connection: { stream: socket } } as unknown as PoolClient);
    for (const text of texts) socket.write(Buffer.from(text));
  };

  it('joins what one turn writes, in its order', async () => {
    send('a', 'b');
    send('c');
    await new Promise(setImmediate);
    send('d');
    await new Promise(setImmediate);
    expect(written).toEqual(['abc', 'd']);
    socket.end();
    expect(await received).toBe('abcd');
  });

  it('keeps the order where a write has a callback', async () => {
    send('a', 'b');
    await new Promise<void>((resolve) => {
      socket.write(Buffer.from('end'), () => resolve());
    });
    expect(written).toEqual(['ab', 'end']);
    socket.end();
    expect(await received).toBe('abend');
  });

  it('drops what was held back when the connection is destroyed', async () => {
    send('a');
    const closed = once(socket, 'close');
    socket.destroy();
    await closed;
    expect(await received).toBe('');
  });
});
