import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { eventually } from './support/eventually.js';
import { enqueue, Probe, QUICK_JOBS, showJob, type ShownJob, untilJob } from './support/jobs.js';

const IN_AN_HOUR = (): Date => new Date(Date.now() + 3_600_000);

describe('the routes of the jobs', () => {
  const probe = new Probe();
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({ env: QUICK_JOBS, providers: [probe.provider()] });
  });
  afterAll(() => app.close());

  it('retries a dead-lettered job with all its attempts', async () => {
    probe.work = () => Promise.reject(new Error('never'));
    const id = await enqueue(app, { dedupeKey: 'retry me' });
    await untilJob(app, id, 'dead_lettered');
    probe.work = ({ attempt }) => {
      if (attempt < 8) throw new Error('still not');
    };
    const { body } = await app.api.post(`/api/jobs/${id}/retry`).expect(200);
    expect(body).toMatchObject({ id, type: 'test.probe' });
    await untilJob(app, id, 'completed');
    const job = await showJob(app, id);
    expect(job.attempts).toBe(8);
    expect(job.tries.filter(({ status }) => status === 'dead_lettered')).toEqual([]);
    probe.work = () => undefined;
  });

  it('cancels a job that waits, which then is not run, and runs it when it is retried', async () => {
    const id = await enqueue(app, { runAfter: IN_AN_HOUR() });
    const { body } = await app.api.post(`/api/jobs/${id}/cancel`).expect(200);
    expect(body).toMatchObject({ id, state: 'cancelled', runAfter: null });
    const again = await app.api.post(`/api/jobs/${id}/cancel`).expect(409);
    expect(again.body).toMatchObject({ code: 'JOB_NOT_WAITING' });
    await app.api.post(`/api/jobs/${id}/retry`).expect(200);
    await untilJob(app, id, 'completed');
    const done = await app.api.post(`/api/jobs/${id}/retry`).expect(409);
    expect(done.body).toMatchObject({ code: 'JOB_NOT_RETRYABLE' });
    await app.api.post(`/api/jobs/${id}/cancel`).expect(409);
  });

  it('does not retry a job whose key another waits for', async () => {
    const id = await enqueue(app, { dedupeKey: 'twice', runAfter: IN_AN_HOUR() });
    await app.api.post(`/api/jobs/${id}/cancel`).expect(200);
    await enqueue(app, { dedupeKey: 'twice', runAfter: IN_AN_HOUR() });
    const { body } = await app.api.post(`/api/jobs/${id}/retry`).expect(409);
    expect(body).toMatchObject({ code: 'JOB_ALREADY_WAITING' });
  });

  it('answers 404 for an unknown id, and 401 without a token', async () => {
    for (const id of ['01a20c77-ddc6-7a74-ac83-f744b825647c', 'nonsense']) {
      const { body } = await app.api.get(`/api/jobs/${id}`).expect(404);
      expect(body).toMatchObject({ code: 'JOB_NOT_FOUND' });
      await app.api.post(`/api/jobs/${id}/retry`).expect(404);
      await app.api.post(`/api/jobs/${id}/cancel`).expect(404);
    }
    await app.anonymous.get('/api/jobs').expect(401);
    await app.anonymous.get('/api/jobs/summary').expect(401);
  });

  it('lists by type and state, newest first, page by page, and shows no secret', async () => {
    const made: string[] = [];
    for (const word of ['a', 'b', 'c', 'd', 'e']) {
      const payload = { word, apiToken: 'canary-4711' };
      made.unshift(await enqueue(app, { payload, runAfter: IN_AN_HOUR() }));
    }
    const filters = { type: 'test.probe', state: 'waiting', pageSize: 2 };
    const seen: ShownJob[] = [];
    let cursor: string | null = null;
    do {
      const { body, text } = await app.api
        .get('/api/jobs', { ...filters, ...(cursor === null ? {} : { cursor }) })
        .expect(200);
      expect(text).not.toContain('canary');
      const page = body as { items: ShownJob[]; pagination: { nextCursor: string | null } };
      seen.push(...page.items);
      cursor = page.pagination.nextCursor;
    } while (cursor !== null);
    expect(seen.map(({ id }) => id).slice(0, 5)).toEqual(made);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
    expect(seen[0]?.payload).toEqual({ word: 'e', apiToken: '[redacted]' });

    const none = await app.api.get('/api/jobs', { type: 'no.such_type' }).expect(200);
    expect(none.body).toMatchObject({ items: [], pagination: { hasNext: false } });
    await app.api.get('/api/jobs', { state: 'failed' }).expect(400);
    await app.api.get('/api/jobs', { ...filters, cursor: 'made.up' }).expect(400);
  });

  it('sums up the states', async () => {
    const { body } = await app.api.get('/api/jobs/summary').expect(200);
    const { total, types, stale } = body as {
      total: Record<string, number>;
      types: ({ type: string } & Record<string, number>)[];
      stale: number;
    };
    expect(stale).toBe(0);
    expect(total.waiting).toBeGreaterThanOrEqual(6);
    expect(types.find(({ type }) => type === 'test.probe')?.waiting).toBe(total.waiting);
  });
});

describe('a server without a worker', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({ env: { ...QUICK_JOBS, WORKER: 'false' } });
  });
  afterAll(() => app.close());

  it('refuses to retry a tick of a schedule while the next one waits', async () => {
    const [, resting] = await app.rows<{ id: string }>(
      `INSERT INTO jobs (id, type, payload, dedupe_key, state, run_after, created_at)
       SELECT gen_random_uuid(), 'schedule.score.compute', '{"enqueue": "score.compute"}', 'tick', state,
         now(), now()
       FROM unnest(ARRAY['waiting', 'dead_lettered']) WITH ORDINALITY AS made (state, n)
       ORDER BY n RETURNING id`,
    );
    const { body } = await app.api.post(`/api/jobs/${resting?.id}/retry`).expect(409);
    expect(body).toMatchObject({ code: 'JOB_ALREADY_WAITING' });
  });

  it('enqueues one job for ten presses, at once or one after the other', async () => {
    const { id } = await createNextAction(app.api);
    await Promise.all(
      Array.from({ length: 5 }, () => app.api.press(id, 'retry_failed_deliveries').expect(200)),
    );
    for (let press = 0; press < 5; press++) {
      // As if a minute had passed: not the dedupe window of the button keeps the jobs apart.
      await app.rows(`UPDATE next_action_executions SET started_at = now() - interval '1 hour'`);
      await app.api.press(id, 'retry_failed_deliveries').expect(200);
    }
    const { body } = await app.api
      .get('/api/jobs', { type: 'retry_failed_deliveries' })
      .expect(200);
    const { items } = body as { items: ShownJob[] };
    expect(items).toMatchObject([{ state: 'waiting', payload: { nextActionId: id } }]);
    const executions = await app.api.get(`/api/next-actions/${id}/executions`).expect(200);
    const metas = (executions.body as { items: { meta: object }[] }).items.map(({ meta }) => meta);
    expect(metas).toHaveLength(6);
    for (const meta of metas) expect(meta).toEqual({ jobId: items[0]?.id, stubbed: true });

    // A worker starts, and the placeholder says that it ran.
    const worker = await createTestApp({ env: QUICK_JOBS, database: app.database });
    await eventually('the job is done', async () => {
      return (await showJob(app, items[0]?.id ?? '')).state === 'completed';
    });
    const events = await app.api
      .get('/api/ops-events', { nextActionId: id, pageSize: 100 })
      .expect(200);
    await worker.close();
    const feed = (events.body as { items: { eventKey: string; status: string; meta: object }[] })
      .items;
    const count = (key: string): number => feed.filter(({ eventKey }) => eventKey === key).length;
    expect(count('nba.delivery.executed')).toBe(6);
    expect(count('nba.delivery.stubbed')).toBe(6);
    expect(count('nba.delivery.retry_job.stub')).toBe(1);
    expect(feed.find(({ eventKey }) => eventKey === 'nba.delivery.stubbed')).toMatchObject({
      status: 'stubbed',
      meta: { jobId: items[0]?.id, stubbed: true, actionKey: 'retry_failed_deliveries' },
    });
  });
});
