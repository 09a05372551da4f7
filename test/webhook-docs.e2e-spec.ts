import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Webhook } from 'standardwebhooks';
import { newSigningSecret } from '../src/webhooks/sending/signature.js';
import { RawConnection } from './support/raw-connection.js';

/** The receiver that docs/webhooks.md shows. */
function documentedReceiver(): string {
  const page = readFileSync('docs/webhooks.md', 'utf8');
  const [, code = ''] = /run by test\/webhook-docs[^`]*```js\n(.*?)```/s.exec(page) ?? [];
  return code;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('the receiver of the documentation', () => {
  const secret = newSigningSecret();
  let folder: string;
  let url: string;
  let stop: () => void;
  let lines: AsyncIterator<string>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nba-receiver-'));
    const file = join(folder, 'receiver.mjs');
    writeFileSync(file, documentedReceiver());
    const port = await freePort();
    url = `http://127.0.0.1:${port}/`;
    const child = spawn(process.execPath, [file], {
      env: { PORT: String(port), WEBHOOK_SECRET: secret },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    stop = () => child.kill('SIGKILL');
    lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    expect((await lines.next()).value).toBe('listening');
  });
  afterAll(() => {
    stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const body = '{"type":"nba.run","data":{"größe":1}}';
  const signed = (now: Date, by = secret): Record<string, string> => ({
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': `${new Webhook(newSigningSecret()).sign('msg_1', now, body)} ${new Webhook(by).sign('msg_1', now, body)}`,
  });
  const post = async (headers: Record<string, string>, text = body): Promise<number> =>
    (await fetch(url, { method: 'POST', headers, body: text })).status;

  it('is short', () => {
    const code = documentedReceiver()
      .split('\n')
      .filter((line) => line.trim() !== '');
    expect(code.length).toBeLessThanOrEqual(16);
  });

  it('takes what one of the signatures matches', async () => {
    expect(await post(signed(new Date()))).toBe(204);
    expect((await lines.next()).value).toBe('msg_1 nba.run');
  });

  it('refuses another secret, a changed body, an old time and no signature, and goes on', async () => {
    const now = new Date();
    expect(await post(signed(now, newSigningSecret()))).toBe(401);
    expect(await post(signed(now), `${body} `)).toBe(401);
    expect(await post(signed(new Date(now.getTime() - 600_000)))).toBe(401);
    expect(await post({})).toBe(401);
    expect(await post({ ...signed(now), 'webhook-signature': 'v1,é' })).toBe(401);
    expect(await post(signed(now))).toBe(204);
  });

  it('goes on when a client leaves in the middle of a request', async () => {
    const client = await RawConnection.open(url);
    client.head('POST /', { 'Content-Length': '100' }).send('half');
    // The receiver has read the half when it answers a request that came later.
    expect(await post(signed(new Date()))).toBe(204);
    client.socket.destroy();
    await client.closed;
    expect(await post(signed(new Date()))).toBe(204);
    expect(await post(signed(new Date()))).toBe(204);
  });
});
