import { once } from 'node:events';
import { createServer } from 'node:net';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { ServerProcess } from './support/server-process.js';

jest.setTimeout(90_000);

describe.each([
  ['a server', 'src/main.ts', /"address":"([^"]+)"/],
  ['a worker', 'src/worker.ts', /"port":(\d+),"msg":"worker is ready"/],
])('the metrics of %s', (_, entry, ready) => {
  let database: TestDatabase;
  beforeAll(async () => (database = await createTestDatabase()));
  afterAll(() => database.drop());

  it('are served on a port of their own, with nothing else, until it stops', async () => {
    const env = { METRICS_PORT: '0', REVISION: '1a2b3c' };
    const started = ServerProcess.spawn(database.url, env, entry);
    const [, metricsPort] = await started.says(/"port":(\d+),"msg":"serves metrics"/);
    const [, at = ''] = await started.says(ready);
    const metrics = `http://127.0.0.1:${metricsPort}`;
    const own = at.startsWith('http') ? at : `http://127.0.0.1:${at}`;

    const scraped = await fetch(`${metrics}/metrics`);
    expect(scraped.status).toBe(200);
    expect(scraped.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await scraped.text();
    expect(text).toContain('revision="1a2b3c"} 1');
    expect(text).toContain('nba_database_scrape_failed 0');
    for (const path of ['/', '/health/live', '/metrics/', '/api/next-actions']) {
      const { status, headers } = await fetch(`${metrics}${path}`);
      expect([path, status]).toEqual([path, 404]);
      expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    }
    expect((await fetch(`${metrics}/metrics`, { method: 'POST' })).status).toBe(404);
    expect((await fetch(`${own}/metrics`)).status).toBe(404);

    await fetch(`${own}/health/ready`);
    const again = await (await fetch(`${metrics}/metrics`)).text();
    const probes = /nba_http_requests_total\{method="GET",route="\/health\/ready",status="200"\} 1/;
    expect(again).toMatch(probes);
    // A scrape is no request to the application.
    expect(again).not.toContain('route="/metrics"');
    expect(started.log).not.toMatch(/"path":"\/metrics","(?!status":404)/);

    started.signal('SIGTERM');
    expect(await started.exit()).toBe(0);
    await expect(fetch(metrics)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  });

  it('that find their port taken end the start with one sentence', async () => {
    const other = createServer();
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const started = ServerProcess.spawn(database.url, { METRICS_PORT: String(port) }, entry);
    expect(await started.exit()).toBe(1);
    expect(started.log).toContain(
      `did not start. Port ${port} is in use: stop what listens there, or set METRICS_PORT to a free one.`,
    );
    expect(started.log).not.toMatch(/^ +at /m);
    other.close();
  });
});
