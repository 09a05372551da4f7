import { pathToFileURL } from 'node:url';
import { OPERATOR, WEBHOOK_ENCRYPTION_KEY } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { compiled } from './support/compiled.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { eventually } from './support/eventually.js';
import { ApiClient } from './support/requests.js';
import { ServerProcess } from './support/server-process.js';
import { clientTrace } from './support/spans.js';
import { WebhookReceiver } from './support/webhook-receiver.js';
import { answers, createWebhook, QUICK_WEBHOOKS } from './support/webhooks.js';

jest.setTimeout(120_000);

/** The credentials of the OTLP receiver, and how they are set. */
const CREDENTIALS = 'Bearer canary5ame';
const OTEL_EXPORTER_OTLP_HEADERS = 'authorization=Bearer%20canary5ame';

/** Each process says at its end what it has loaded of OpenTelemetry. */
const NODE_OPTIONS = () =>
  `--import ${pathToFileURL(compiled('test/fixtures/loaded-packages.ts')).href}`;

/** A span in OTLP JSON. */
interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
}

interface OtlpRequest {
  readonly resourceSpans: readonly {
    readonly resource: {
      readonly attributes: readonly {
        readonly key: string;
        readonly value: { readonly stringValue?: string };
      }[];
    };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

/** What an OTLP receiver got. */
function exportsOf(collector: WebhookReceiver): OtlpRequest[] {
  return collector.received.map(({ body }) => JSON.parse(body) as OtlpRequest);
}

function spansOf(collector: WebhookReceiver, traceId: string): OtlpSpan[] {
  return exportsOf(collector)
    .flatMap(({ resourceSpans }) => resourceSpans.flatMap(({ scopeSpans }) => scopeSpans))
    .flatMap(({ spans }) => spans)
    .filter((span) => span.traceId === traceId);
}

describe('a process', () => {
  let database: TestDatabase;
  let collector: WebhookReceiver;
  beforeAll(async () => (database = await createTestDatabase()));
  afterAll(() => database.drop());
  beforeEach(async () => (collector = await WebhookReceiver.start()));
  afterEach(() => collector.close());

  const settings = (env: Record<string, string>) => ({
    ...QUICK_WEBHOOKS,
    // Each test signs in some times, and all of them run within a minute.
    LOGIN_LIMIT_PER_MINUTE: '1000',
    WEBHOOK_ENCRYPTION_KEY,
    NODE_OPTIONS: NODE_OPTIONS(),
    ...env,
  });
  const traced = (endpoint: string, env: Record<string, string> = {}) =>
    settings({
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_HEADERS,
      OTEL_BSP_SCHEDULE_DELAY: '20',
      ...env,
    });
  const tracedTo = (endpoint: string, env: Record<string, string> = {}) =>
    ServerProcess.start(database.url, traced(endpoint, env));

  /** Signs in, makes an NBA and presses its button in a trace of the client. */
  async function press({ url }: ServerProcess, webhookUrl?: string): Promise<string> {
    const anonymous = new ApiClient(url);
    const { body } = await anonymous.post('/api/auth/login', OPERATOR).expect(200);
    const api = new ApiClient(url, (body as { accessToken: string }).accessToken);
    if (webhookUrl !== undefined) {
      await createWebhook(api, { url: webhookUrl, eventKeys: ['nba.delivery.executed'] });
    }
    const { id } = await createNextAction(api);
    const { traceparent, traceId } = clientTrace();
    await api.press(id, 'mark_done').set({ traceparent }).expect(200);
    return traceId;
  }

  it('and a worker send the trace of a press to an OTLP receiver, up to the answer of its webhook', async () => {
    const receiver = await WebhookReceiver.start(answers(204));
    const endpoint = `http://127.0.0.1:${collector.port}/`;
    const server = await tracedTo(endpoint, { OTEL_SERVICE_NAME: 'desk', WORKER: 'false' });
    const worker = ServerProcess.spawn(database.url, traced(endpoint), 'src/worker.ts');
    try {
      await worker.says(/"msg":"worker is ready"/);
      const traceId = await press(server, receiver.url);
      const named = (name: string) =>
        spansOf(collector, traceId).find((span) => span.name === name);
      // A worker that knows of no webhook looks for the first one every 10 s.
      const ended = (name: string) => () => named(name) !== undefined;
      await eventually('the span of the webhook', ended('POST webhook'), 40_000);
      await eventually('the span of the request', ended(EXECUTE));
      expect(named('POST webhook')!.parentSpanId).toBe(named('press mark_done')!.spanId);
      expect(named('press mark_done')!.parentSpanId).toBe(named(EXECUTE)!.spanId);
      expect(receiver.received[0]!.headers.traceparent).toBe(
        `00-${traceId}-${named('POST webhook')!.spanId}-01`,
      );
      const [{ path, headers }] = collector.received as [(typeof collector.received)[0]];
      expect(path).toBe('/v1/traces');
      expect(headers.authorization).toBe(CREDENTIALS);
      const [{ resource }] = exportsOf(collector)[0]!.resourceSpans as [
        OtlpRequest['resourceSpans'][0],
      ];
      expect(resource.attributes).toContainEqual({
        key: 'service.name',
        value: { stringValue: expect.stringMatching(/^(desk|next-best-actions)$/) },
      });
      await server.says(new RegExp(`"traceId":"${traceId}"`));
    } finally {
      expect(await server.end('SIGTERM')).toBe(0);
      expect(await worker.end('SIGTERM')).toBe(0);
      await receiver.close();
    }
    for (const { log } of [server, worker]) {
      expect(log).toMatch(/loaded: \[api .*sdk-trace-node/);
      expect(log).not.toContain('canary5ame');
    }
  });

  it('sends what is left when it stops', async () => {
    const server = await tracedTo(`http://127.0.0.1:${collector.port}`, {
      OTEL_BSP_SCHEDULE_DELAY: '600000',
    });
    const traceId = await press(server);
    expect(collector.received).toEqual([]);
    expect(await server.end('SIGTERM')).toBe(0);
    expect(spansOf(collector, traceId).map(({ name }) => name)).toContain('press mark_done');
  });

  it('presses and stops as ever while its OTLP receiver refuses or is away, and says so once', async () => {
    collector.answer = answers(401, {}, CREDENTIALS);
    const server = await tracedTo(`http://127.0.0.1:${collector.port}`);
    await press(server);
    await server.says(/"msg":"traces could not be sent"/);
    const { port } = collector;
    await press(server);
    await eventually('a second export', () => collector.received.length > 1);
    expect(await server.end('SIGTERM')).toBe(0);
    expect(server.log.match(/traces could not be sent/g)).toHaveLength(1);
    expect(server.log).not.toContain('canary5ame');

    await collector.close();
    const alone = await tracedTo(`http://127.0.0.1:${port}`, { OTEL_EXPORTER_OTLP_TIMEOUT: '500' });
    await press(alone);
    await alone.says(/"msg":"traces could not be sent"/);
    expect(alone.log).toMatch(/"lostSpans":\d+.*ECONNREFUSED/);
    expect(await alone.end('SIGTERM')).toBe(0);
    collector = await WebhookReceiver.start();
  });

  it('presses as ever while its OTLP receiver is silent, and does not wait for it to stop', async () => {
    collector.answer = () => undefined;
    const server = await tracedTo(`http://127.0.0.1:${collector.port}`);
    await press(server);
    await eventually('an export', () => collector.received.length > 0);
    await press(server);
    expect(await server.end('SIGTERM')).toBe(0);
    expect(server.log).toMatch(/"part":"traces","msg":"did not stop in time: abandoned"/);
  });

  it('loads nothing of OpenTelemetry without a receiver', async () => {
    const env = settings({ OTEL_EXPORTER_OTLP_HEADERS, OTEL_SERVICE_NAME: 'desk' });
    const server = await ServerProcess.start(database.url, env);
    await press(server);
    expect(await server.end('SIGTERM')).toBe(0);
    // prom-client loads the API package by itself, which does nothing alone.
    expect(server.log).toMatch(/loaded: \[(api)?\]/);
    expect(server.log).not.toContain('traceId');
  });
});

const EXECUTE = 'POST /api/next-actions/:id/execute';
