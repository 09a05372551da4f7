import { type HostResolver } from '../src/webhooks/sending/guarded-connector.js';
import { MESSAGE, setUpSending } from './support/sending.js';

describe('a webhook', () => {
  const { receiver, senderOf, endpoint, send } = setUpSending();

  describe('to a host name', () => {
    it('goes to the address that was checked', async () => {
      const to = await receiver();
      const names = { 'desk.example': [['127.0.0.1']] };
      expect(await send(`http://desk.example:${to.port}/`, { names })).toMatchObject({
        errorCode: null,
      });
      expect(to.received[0]?.headers.host).toBe(`desk.example:${to.port}`);
    });

    it('waits for no name that is never answered, which is looked up once for all its tries', async () => {
      const to = await receiver();
      const asked: string[] = [];
      const resolve: HostResolver = (hostname) => {
        asked.push(hostname);
        return hostname === 'silent.example'
          ? new Promise(() => undefined)
          : Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
      };
      const sender = senderOf({ resolve });
      const stop = new AbortController();
      const silent = Array.from({ length: 8 }, () =>
        sender.send(endpoint('http://silent.example/'), MESSAGE, stop.signal),
      );
      const { signal } = new AbortController();
      for (const host of ['desk.example', 'other.example']) {
        const url = `http://${host}:${to.port}/`;
        expect(await sender.send(endpoint(url), MESSAGE, signal)).toMatchObject({ status: 200 });
      }
      expect(asked).toEqual(['silent.example', 'desk.example', 'other.example']);
      stop.abort();
      await Promise.all(silent);
    });

    it('is refused when one of the addresses is, also for a literal and a later answer', async () => {
      const to = await receiver();
      const { port } = to;
      const names = {
        'both.example': [['93.184.215.14', '127.0.0.1']],
        'mapped.example': [['::ffff:127.0.0.1']],
        'rebinding.example': [['192.0.2.1'], ['127.0.0.1']],
        'empty.example': [[]],
      };
      const sending = { allowed: '192.0.2.0/24', names, timeoutMs: 200 };
      for (const host of ['both.example', 'mapped.example', '127.0.0.1', '[::ffff:127.0.0.1]']) {
        expect(await send(`http://${host}:${port}/`, sending)).toMatchObject({
          errorCode: 'EGRESS_REFUSED',
          status: null,
        });
      }
      expect(await send(`http://empty.example:${port}/`, sending)).toMatchObject({
        errorCode: 'DNS_FAILED',
      });
      // The first answer passes the check, and only its address is connected to.
      const rebinding = senderOf(sending);
      const { signal } = new AbortController();
      const url = `http://rebinding.example:${port}/`;
      const first = await rebinding.send(endpoint(url), MESSAGE, signal);
      expect(['TIMED_OUT', 'CONNECTION_FAILED']).toContain(first.errorCode);
      const second = await rebinding.send(endpoint(url), MESSAGE, signal);
      expect(second.errorCode).toBe('EGRESS_REFUSED');
      expect(to.received).toEqual([]);
    });

    it('goes through no proxy that the environment names', async () => {
      const proxy = await receiver();
      const to = await receiver();
      const before = { ...process.env };
      Object.assign(process.env, {
        http_proxy: proxy.url,
        HTTP_PROXY: proxy.url,
        NODE_USE_ENV_PROXY: '1',
      });
      try {
        expect(await send(to.url)).toMatchObject({ errorCode: null });
      } finally {
        process.env = before;
      }
      expect(proxy.received).toEqual([]);
    });
  });
});
