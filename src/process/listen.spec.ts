import { once } from 'node:events';
import { type AddressInfo, createServer, Server } from 'node:net';
import { StartError } from '../config/start-error.js';
import { listen } from './listen.js';

/** A server that the system refuses with a code, as it refuses low ports to all but root. */
class RefusedServer extends Server {
  constructor(private readonly code: string) {
    super();
  }
  override listen(): this {
    const { code } = this;
    queueMicrotask(() => this.emit('error', Object.assign(new Error('refused'), { code })));
    return this;
  }
}

describe('a server that listens', () => {
  it('has the port that it was given', async () => {
    const server = createServer();
    const port = await listen(server, { port: 0, host: '127.0.0.1', portSetting: 'PORT' });
    expect((server.address() as AddressInfo).port).toBe(port);
    server.close();
  });

  it.each(['PORT', 'WORKER_PORT'] as const)(
    'names %s where its port is in use',
    async (setting) => {
      const other = createServer().listen(0, '127.0.0.1');
      await once(other, 'listening');
      const { port } = other.address() as AddressInfo;
      const failed = listen(createServer(), { port, host: '127.0.0.1', portSetting: setting });
      await expect(failed).rejects.toThrow(StartError);
      await expect(failed).rejects.toThrow(`Port ${port} is in use`);
      await expect(failed).rejects.toThrow(setting);
      other.close();
    },
  );

  it.each([
    ['192.0.2.1', 'HOST names 192.0.2.1, which is no address of this machine'],
    ['no.such.host.invalid', "HOST names no.such.host.invalid, which can't be found"],
  ])('names HOST where it is %s', async (host, sentence) => {
    const failed = listen(createServer(), { port: 0, host, portSetting: 'PORT' });
    await expect(failed).rejects.toThrow(StartError);
    await expect(failed).rejects.toThrow(sentence);
  });

  it('names PORT where this user may not listen on it', async () => {
    const failed = listen(new RefusedServer('EACCES'), {
      port: 80,
      host: '127.0.0.1',
      portSetting: 'PORT',
    });
    await expect(failed).rejects.toThrow(StartError);
    await expect(failed).rejects.toThrow('PORT names port 80, which this user may not listen on');
  });
});
