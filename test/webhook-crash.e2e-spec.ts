import { type ServerResponse } from 'node:http';
import { WebhookDispatcher } from '../src/webhooks/deliveries/webhook-dispatcher.js';
import { createTestApp, type TestApp, WEBHOOK_ENCRYPTION_KEY } from './support/app.js';
import { eventually } from './support/eventually.js';
import { ServerProcess } from './support/server-process.js';
import { WebhookReceiver } from './support/webhook-receiver.js';
import {
  addEndpoint,
  answers,
  deliveriesOf,
  gotAt,
  publishEvents,
  QUICK_WEBHOOKS,
  untilDeliveries,
  urlAt,
} from './support/webhooks.js';

jest.setTimeout(180_000);

const KILLS = 3;
const EVENTS = 20;

/** Settings of a server that runs no jobs. */
const NO_JOBS = { ...QUICK_WEBHOOKS, WORKER: 'false' };

describe('webhooks and processes that die', () => {
  let app: TestApp;
  let receiver: WebhookReceiver;
  const silent: ServerResponse[] = [];
  beforeAll(async () => {
    receiver = await WebhookReceiver.start();
    app = await createTestApp({ env: NO_JOBS });
  });
  afterAll(async () => {
    await app.close();
    await receiver.close();
  });

  /** Leaves every try under way, until the test answers it. */
  const holdAnswers = () => {
    silent.length = 0;
    receiver.answer = (response) => silent.push(response);
  };
  const startWorker = async () => {
    const env = { ...QUICK_WEBHOOKS, WEBHOOK_ENCRYPTION_KEY };
    const worker = ServerProcess.spawn(app.database.url, env, 'src/worker.ts');
    await worker.says(/worker is ready/);
    return worker;
  };
  /** What the passing of time does: the leases of a process that died end. */
  const endLeases = () =>
    app.rows(
      `UPDATE webhook_deliveries SET leased_until = now(), next_try_at = now()
       WHERE leased_until IS NOT NULL`,
    );

  it('brings every event at least once, each under one id, however often it is killed', async () => {
    const endpoint = await addEndpoint(app, { url: urlAt(receiver, '/hook') });
    const notes: string[] = [];
    for (let kill = 1; kill <= KILLS; kill++) {
      const worker = await startWorker();
      // The kill comes while the fan-out reads, some tries are under way, and others were answered.
      receiver.answer = (response) => {
        if (Math.random() < 0.3) silent.push(response);
        else response.writeHead(204).end();
      };
      silent.length = 0;
      const round = Array.from({ length: EVENTS }, (_, index) => `${kill}/${index}`);
      notes.push(...round);
      const published = publishEvents(app, round);
      await eventually('a try is under way', () => silent.length > 0, 20_000);
      await worker.end('SIGKILL');
      await published;
      await endLeases();
    }
    receiver.answer = answers(204);
    const last = await startWorker();
    await untilDeliveries(app, endpoint, 'delivered', notes.length, 30_000);
    expect(await last.end('SIGTERM')).toBe(0);

    const got = gotAt(receiver, '/hook');
    expect(new Set(got.map(({ note }) => note))).toEqual(new Set(notes));
    const ids = new Map<string, Set<string>>();
    for (const { eventId, id, body } of got) {
      ids.set(eventId, (ids.get(eventId) ?? new Set()).add(`${id} ${body}`));
    }
    expect([...ids.values()].filter((of) => of.size > 1)).toEqual([]);
    const deliveries = await deliveriesOf(app, endpoint);
    expect(deliveries).toHaveLength(notes.length);
    const lost = await app.rows<{ count: number }>(
      `SELECT count(*)::int AS count FROM webhook_attempts WHERE error_code = 'WORKER_LOST'`,
    );
    expect(lost[0]!.count).toBeGreaterThanOrEqual(KILLS);
  });

  it('puts back what a stop interrupts, without counting the try', async () => {
    await app.rows('DELETE FROM webhook_endpoints');
    const endpoint = await addEndpoint(app, { url: urlAt(receiver, '/stop') });
    holdAnswers();
    const stopping = await createTestApp({
      env: { ...QUICK_WEBHOOKS, JOB_DRAIN_MS: '50' },
      database: app.database,
    });
    await publishEvents(app, ['interrupted']);
    await eventually('a try is under way', () => silent.length > 0);
    await stopping.close();
    expect(await deliveriesOf(app, endpoint)).toMatchObject([
      { state: 'pending', tries: 0, leased_until: null },
    ]);
    receiver.answer = answers(204);
    const other = await createTestApp({ env: QUICK_WEBHOOKS, database: app.database });
    try {
      await untilDeliveries(app, endpoint, 'delivered', 1);
      const got = gotAt(receiver, '/stop');
      expect(got.map(({ id }) => id)).toEqual([got[0]!.id, got[0]!.id]);
      expect(await deliveriesOf(app, endpoint)).toMatchObject([{ tries: 1 }]);
    } finally {
      await other.close();
    }
  });

  it('lets a try that is under way end when the server stops', async () => {
    await app.rows('DELETE FROM webhook_endpoints');
    const endpoint = await addEndpoint(app, { url: urlAt(receiver, '/drain') });
    holdAnswers();
    const stopping = await createTestApp({ env: QUICK_WEBHOOKS, database: app.database });
    await publishEvents(app, ['drained']);
    await eventually('a try is under way', () => silent.length > 0);
    const stopped = stopping.nest.close();
    silent[0]!.writeHead(204).end();
    await stopped;
    expect(await deliveriesOf(app, endpoint)).toMatchObject([{ state: 'delivered', tries: 1 }]);
    await stopping.close();
  });

  it('tests a webhook also while a server stops, until it takes no more requests', async () => {
    const endpoint = await addEndpoint(app, { url: urlAt(receiver, '/tested') });
    holdAnswers();
    // It runs no jobs, so that nothing but the tests is under way.
    const stopping = await createTestApp({ env: NO_JOBS, database: app.database });
    try {
      const test = () => stopping.api.post(`/api/webhooks/${endpoint}/test`).expect(200);
      const before = Promise.all([test()]);
      await eventually('the first is under way', () => silent.length === 1);
      const stopped = stopping.get(WebhookDispatcher).stop();
      silent[0]!.writeHead(204).end();
      await stopped;
      const after = Promise.all([test()]);
      await eventually('the second is under way', () => silent.length === 2);
      silent[1]!.writeHead(204).end();
      for (const [{ body }] of [await before, await after]) {
        expect(body).toMatchObject({ state: 'delivered', tries: 1 });
      }
    } finally {
      await stopping.close();
    }
  });

  it('drops the result of a try that lost its lease', async () => {
    await app.rows('DELETE FROM webhook_endpoints');
    const endpoint = await addEndpoint(app, { url: urlAt(receiver, '/lost') });
    holdAnswers();
    const slow = await createTestApp({ env: QUICK_WEBHOOKS, database: app.database });
    try {
      await publishEvents(app, ['slow']);
      await eventually('a try is under way', () => silent.length === 1);
      await endLeases();
      await eventually('another try is under way', () => silent.length === 2);
      silent[0]!.writeHead(410).end();
      await eventually('the late result was dropped', () =>
        slow.logs().some(({ msg }) => String(msg).startsWith('webhook result dropped')),
      );
      silent[1]!.writeHead(200).end();
      await untilDeliveries(app, endpoint, 'delivered', 1);
      expect(await deliveriesOf(app, endpoint)).toMatchObject([{ tries: 2, last_status: 200 }]);
      expect(
        await app.rows('SELECT status, disabled_reason FROM webhook_endpoints WHERE id = $1', [
          endpoint,
        ]),
      ).toEqual([{ status: 'enabled', disabled_reason: null }]);
    } finally {
      await slow.close();
    }
  });
});
