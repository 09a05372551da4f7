import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { type ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { ConflictError } from '../src/kernel/errors/domain-error.js';
import {
  DeliveryAction,
  type DeliveryContext,
} from '../src/next-actions/delivery/delivery-action.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { eventually } from './support/eventually.js';
import { Probe, QUICK_JOBS } from './support/jobs.js';
import { clientTrace, RecordedSpans, TRACED } from './support/spans.js';
import { Listener } from './support/subscribers.js';
import { WebhookReceiver } from './support/webhook-receiver.js';
import { addEndpoint, answers, QUICK_WEBHOOKS } from './support/webhooks.js';

jest.setTimeout(120_000);

/** What tests look for in everything that a trace holds. */
const SECRET = 'canary5ame';

@DeliveryAction({ key: 'traced_call', label: 'Traced call' })
class TracedCallAction {
  run({ tx }: DeliveryContext) {
    return trace.getTracer('developer').startActiveSpan('own work', async (span) => {
      await tx.enqueue({ type: 'test.probe', payload: { word: SECRET } });
      span.end();
      return {};
    });
  }
}

@DeliveryAction({ key: 'traced_failure', label: 'Traced failure' })
class TracedFailureAction {
  run(): Promise<never> {
    return Promise.reject(new TypeError(`password=${SECRET} was refused`));
  }
}

@DeliveryAction({ key: 'traced_refusal', label: 'Traced refusal' })
class TracedRefusalAction {
  run(): Promise<never> {
    return Promise.reject(new ConflictError('NOT_NOW', 'Not now.'));
  }
}

const EXECUTE = 'POST /api/next-actions/:id/execute';
const LOCK = /^BEGIN; /;
const COMMIT = /; COMMIT$/;

const idOf = (span: ReadableSpan) => span.spanContext().spanId;
const parentOf = (span: ReadableSpan) => span.parentSpanContext?.spanId;

describe('the traces', () => {
  const probe = new Probe();
  let spans: RecordedSpans;
  let app: TestApp;
  let receiver: WebhookReceiver;
  beforeAll(async () => {
    spans = RecordedSpans.start();
    receiver = await WebhookReceiver.start(answers(204));
    app = await createTestApp({
      env: { ...QUICK_JOBS, ...QUICK_WEBHOOKS, ...TRACED, JOB_BACKOFF_MS: '20' },
      providers: [
        TracedCallAction,
        TracedFailureAction,
        TracedRefusalAction,
        probe.provider(),
        new Listener().provider({}, 'nba.delivery.executed'),
      ],
    });
  });
  afterAll(async () => {
    await app.close();
    await receiver.close();
    await spans.stop();
  });
  beforeEach(() => {
    receiver.answer = answers(204);
    receiver.received.length = 0;
    probe.work = () => undefined;
  });
  afterEach(async () => {
    await app.rows('DELETE FROM webhook_endpoints');
  });

  /** Presses a button in a trace of the client. */
  async function pressTraced(actionKey: string, status: number, id?: string) {
    const nextActionId = id ?? (await createNextAction(app.api)).id;
    const { traceparent, ...client } = clientTrace();
    const { body } = await app.api
      .press(nextActionId, actionKey)
      .set({ traceparent, cookie: `sid=${SECRET}`, 'x-secret': SECRET })
      .expect(status);
    return { ...client, nextActionId, executionId: body.executionId as string };
  }

  it('show a press from its request to the answer of its webhook in one trace', async () => {
    const url = `http://127.0.0.1:${receiver.port}/hooks/${SECRET}`;
    const endpoint = await addEndpoint(app, { url, eventKeys: ['nba.delivery.executed'] });
    const pressed = await pressTraced('mark_done', 200);
    const names = [EXECUTE, 'press mark_done', 'action mark_done', 'POST webhook'] as const;
    const found = await spans.named(pressed.traceId, ...names);
    const { [EXECUTE]: request, 'press mark_done': press, 'POST webhook': webhook } = found;

    expect(parentOf(request)).toBe(pressed.spanId);
    expect(request.kind).toBe(SpanKind.SERVER);
    expect(request.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/api/next-actions/:id/execute',
      'http.response.status_code': 200,
      'url.path': `/api/next-actions/${pressed.nextActionId}/execute`,
      'url.scheme': 'http',
      'user.id': expect.any(String),
      'nba.request_id': expect.any(String),
    });
    expect(parentOf(press)).toBe(idOf(request));
    expect(press.attributes).toEqual({
      'nba.action_key': 'mark_done',
      'nba.next_action_id': pressed.nextActionId,
      'nba.execution_id': pressed.executionId,
      'nba.outcome': 'executed',
    });
    expect(parentOf(found['action mark_done'])).toBe(idOf(press));

    expect(parentOf(webhook)).toBe(idOf(press));
    expect(webhook.kind).toBe(SpanKind.CLIENT);
    const [delivery] = await app.rows<{ id: string; event_id: string }>(
      'SELECT id, event_id FROM webhook_deliveries WHERE endpoint_id = $1',
      [endpoint],
    );
    expect(webhook.attributes).toEqual({
      'http.request.method': 'POST',
      'http.response.status_code': 204,
      'server.address': '127.0.0.1',
      'server.port': receiver.port,
      'nba.webhook.endpoint_id': endpoint,
      'nba.webhook.delivery_id': delivery!.id,
      'nba.event_key': 'nba.delivery.executed',
    });
    expect(press.events).toEqual([
      expect.objectContaining({
        name: 'nba.delivery.executed',
        attributes: { 'nba.event_id': delivery!.event_id },
      }),
    ]);
    const [{ headers, body }] = receiver.received as [(typeof receiver.received)[0]];
    expect(headers.traceparent).toBe(`00-${pressed.traceId}-${idOf(webhook)}-01`);
    expect(body).not.toContain(pressed.traceId);
  });

  it('name the statements of each round trip to the database, and no value', async () => {
    const pressed = await pressTraced('mark_done', 200);
    const found = await spans.named(pressed.traceId, EXECUTE, 'press mark_done');
    const trips = spans
      .of(pressed.traceId)
      .filter((span) => span.attributes['db.system.name'] === 'postgresql');
    const ofPress = trips.filter((span) => parentOf(span) === idOf(found['press mark_done']));
    expect(ofPress.map(({ name }) => name)).toEqual([
      expect.stringMatching(LOCK),
      expect.stringMatching(COMMIT),
    ]);
    expect(ofPress[1]).toMatchObject({
      kind: SpanKind.CLIENT,
      attributes: {
        'db.namespace': expect.any(String),
        'db.query.summary': ofPress[1]!.name,
        'nba.db.statements': expect.arrayContaining(['insert_ops_event', 'COMMIT']),
        'server.address': expect.any(String),
      },
    });
    expect(JSON.stringify(trips.map(({ attributes }) => attributes))).not.toContain(
      pressed.nextActionId,
    );
  });

  it('hold an execution that was replayed as such, with the execution that answered', async () => {
    const first = await pressTraced('mark_done', 200);
    const again = await pressTraced('mark_done', 200, first.nextActionId);
    const { 'press mark_done': press } = await spans.named(again.traceId, 'press mark_done');
    expect(press.attributes).toMatchObject({
      'nba.outcome': 'replayed',
      'nba.execution_id': first.executionId,
    });
    expect(spans.of(again.traceId).map(({ name }) => name)).not.toContain('action mark_done');
  });

  it('hold spans of the application around those that an action starts, and the jobs it enqueues', async () => {
    let inJob: string | undefined;
    probe.work = () => {
      inJob = trace.getActiveSpan()?.spanContext().traceId;
    };
    const pressed = await pressTraced('traced_call', 200);
    const found = await spans.named(
      pressed.traceId,
      'action traced_call',
      'own work',
      'enqueue_job',
      'process test.probe',
    );
    const own = found['own work'];
    expect(parentOf(own)).toBe(idOf(found['action traced_call']));
    expect(parentOf(found.enqueue_job)).toBe(idOf(own));
    const job = found['process test.probe'];
    expect(parentOf(job)).toBe(idOf(own));
    expect(inJob).toBe(pressed.traceId);
    expect(job.kind).toBe(SpanKind.CONSUMER);
    expect(job.attributes).toMatchObject({
      'messaging.destination.name': 'test.probe',
      'messaging.message.id': expect.any(String),
      'nba.job.attempt': 1,
    });
    expect(job.status.code).toBe(SpanStatusCode.UNSET);
  });

  it('continue in the job of a subscriber', async () => {
    const pressed = await pressTraced('mark_done', 200);
    const { 'press mark_done': press, 'process subscriber.test': job } = await spans.named(
      pressed.traceId,
      'press mark_done',
      'process subscriber.test',
    );
    expect(parentOf(job)).toBe(idOf(press));
  });

  it('mark each failed attempt of a job, and show what its failure causes', async () => {
    probe.work = () => Promise.reject(new Error(`password=${SECRET}`));
    const pressed = await pressTraced('traced_call', 200);
    const attempts = () =>
      spans.of(pressed.traceId).filter(({ name }) => name === 'process test.probe');
    await eventually('two attempts', () => attempts().length === 2);
    expect(attempts().map(({ attributes, status }) => [attributes['nba.job.attempt'], status.code]))
      .toEqual([
        [1, SpanStatusCode.ERROR],
        [2, SpanStatusCode.ERROR],
      ]); // prettier-ignore
    const events = () =>
      app.rows<{ key: string }>(
        'SELECT event_key AS key FROM ops_events WHERE trace_parent LIKE $1 ORDER BY id',
        [`00-${pressed.traceId}-%`],
      );
    await eventually('its events', async () => (await events()).length === 4);
    expect((await events()).map(({ key }) => key)).toEqual([
      'nba.delivery.executed',
      'job.failed',
      'job.failed',
      'job.dead_lettered',
    ]);
  });

  it('mark a failed press and its action as errors, without the secret of the message', async () => {
    const pressed = await pressTraced('traced_failure', 500);
    const names = [EXECUTE, 'press traced_failure', 'action traced_failure'] as const;
    const found = await spans.named(pressed.traceId, ...names);
    for (const name of names) {
      expect(found[name].status.code).toBe(SpanStatusCode.ERROR);
    }
    expect(found[EXECUTE].attributes).toMatchObject({
      'http.response.status_code': 500,
      'error.type': 'ACTION_FAILED',
    });
    expect(found['press traced_failure'].attributes).toMatchObject({
      'nba.outcome': 'failed',
      'nba.execution_id': pressed.executionId,
      'error.type': 'ACTION_FAILED',
    });
    const [exception] = found['action traced_failure'].events;
    expect(exception).toMatchObject({
      name: 'exception',
      attributes: {
        'exception.type': 'TypeError',
        'exception.message': 'password=[redacted] was refused',
        'exception.stacktrace': expect.stringContaining('tracing.e2e-spec'),
      },
    });
  });

  it('hold a refused press with its code, and as no error', async () => {
    const pressed = await pressTraced('traced_refusal', 409);
    const found = await spans.named(pressed.traceId, EXECUTE, 'press traced_refusal');
    for (const span of Object.values(found)) {
      expect(span.status.code).toBe(SpanStatusCode.UNSET);
      expect(span.attributes['error.type']).toBe('NOT_NOW');
    }
    expect(found['press traced_refusal'].attributes['nba.outcome']).toBe('refused');
  });

  it('mark each failed try of a webhook, and count them', async () => {
    receiver.answer = answers(500, {}, SECRET);
    await addEndpoint(app, { url: receiver.url, eventKeys: ['nba.delivery.executed'] });
    const pressed = await pressTraced('mark_done', 200);
    const tries = () => spans.of(pressed.traceId).filter(({ name }) => name === 'POST webhook');
    await eventually('three tries', () => tries().length === 3);
    const [first, , last] = tries();
    expect(first!.attributes['http.request.resend_count']).toBeUndefined();
    expect(last).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: {
        'error.type': 'HTTP_STATUS',
        'http.request.resend_count': 2,
        'http.response.status_code': 500,
      },
    });
    expect(new Set(tries().map(parentOf)).size).toBe(1);
  });

  it('end a trace that the client did not sample where it began, and pass that on', async () => {
    await addEndpoint(app, { url: receiver.url, eventKeys: ['nba.delivery.executed'] });
    const { traceparent, traceId } = clientTrace();
    const { id } = await createNextAction(app.api);
    const unsampled = traceparent.replace(/01$/, '00');
    await app.api.press(id, 'mark_done').set({ traceparent: unsampled }).expect(200);
    await eventually('the webhook', () => receiver.received.length === 1);
    expect(receiver.received[0]!.headers.traceparent).toMatch(
      new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`),
    );
    expect(spans.of(traceId)).toEqual([]);
  });

  it('begin with a request whose traceparent is none, and leave probes and unknown paths without a route', async () => {
    const before = spans.all().length;
    await app.anonymous.get('/health/ready').expect(200);
    await app.anonymous.get('/health/live').expect(200);
    await app.anonymous
      .get(`/api/nowhere?token=${SECRET}`)
      .set('traceparent', `00-${SECRET}-1-01`)
      .expect(404);
    const fresh = () => spans.all().slice(before);
    const unmatched = () => fresh().find(({ name }) => name === 'GET');
    await eventually('its span', () => unmatched() !== undefined);
    expect(unmatched()!.attributes).toMatchObject({
      'url.path': '/api/nowhere',
      'http.response.status_code': 404,
      'error.type': 'ROUTE_NOT_FOUND',
    });
    expect(unmatched()!.attributes['http.route']).toBeUndefined();
    expect(parentOf(unmatched()!)).toBeUndefined();
    const probes = fresh().filter(({ attributes }) =>
      String(attributes['url.path']).startsWith('/health/'),
    );
    expect(probes).toEqual([]);
  });

  it('leave the polls of the queues out: every span belongs to a request or a job', () => {
    const roots = spans.all().filter((span) => parentOf(span) === undefined);
    expect(new Set(roots.map(({ kind }) => kind))).toEqual(new Set([SpanKind.SERVER]));
  });

  it('are in the log lines of a request, its event and its job', async () => {
    const pressed = await pressTraced('traced_failure', 500);
    const lines = () => app.logs().filter(({ traceId }) => traceId === pressed.traceId);
    await eventually('its access line', () => lines().some(({ route }) => route !== undefined));
    const { [EXECUTE]: request } = await spans.named(pressed.traceId, EXECUTE);
    const access = lines().find(({ route }) => route !== undefined)!;
    expect(access).toMatchObject({ traceId: pressed.traceId, spanId: idOf(request), status: 500 });
    const event = lines().find(({ eventKey }) => eventKey === 'nba.delivery.failed')!;
    expect(event.spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(JSON.stringify(lines())).not.toContain('traceParent');
    await app.anonymous.get('/health/ready').expect(200);
    expect(app.logs().find(({ msg }) => msg === 'worker runs')).not.toHaveProperty('traceId');
  });

  it('are no part of an answer', async () => {
    const pressed = await pressTraced('traced_call', 200);
    const feed = await app.api.get('/api/ops-events', { nextActionId: pressed.nextActionId });
    const jobs = await app.api.get('/api/jobs', { nextActionId: pressed.nextActionId });
    expect(feed.body.items).toHaveLength(2);
    expect(jobs.body.items).toHaveLength(1);
    for (const { text } of [feed, jobs]) expect(text).not.toMatch(/trace_?parent/i);
    expect(feed.text + jobs.text).not.toContain(pressed.traceId);
  });

  it('hold no secret of a header, a query, a payload, an error or an answer', () => {
    const held = spans
      .all()
      .map(({ name, attributes, events, status, links }) =>
        JSON.stringify({ name, attributes, events, status, links }),
      );
    expect(held.length).toBeGreaterThan(50);
    expect(held.filter((span) => span.includes(SECRET))).toEqual([]);
  });
});
