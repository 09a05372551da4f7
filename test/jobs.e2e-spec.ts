import { TransactionRunner } from '../src/database/transactions/transaction-runner.js';
import { createTestApp, type TestApp } from './support/app.js';
import {
  enqueue,
  enqueueIn,
  gate,
  Probe,
  type ProbePayload,
  QUICK_JOBS,
  showJob,
  untilJob,
} from './support/jobs.js';

describe('enqueueing', () => {
  let app: TestApp;
  beforeAll(async () => {
    const probe = new Probe();
    app = await createTestApp({ env: { WORKER: 'false' }, providers: [probe.provider()] });
  });
  afterAll(() => app.close());

  const jobs = () => app.rows<{ id: string }>(`SELECT id FROM jobs WHERE type = 'test.probe'`);
  afterEach(() => app.rows(`DELETE FROM jobs WHERE type = 'test.probe'`));

  it('leaves no job of a transaction that was rolled back', async () => {
    const rolledBack = app.get(TransactionRunner).run(async (tx) => {
      await enqueueIn(app, tx);
      await enqueueIn(app, tx, { dedupeKey: 'one' });
      throw new Error('changed my mind');
    });
    await expect(rolledBack).rejects.toThrow('changed my mind');
    expect(await jobs()).toEqual([]);
  });

  it('shows a job only after the commit', async () => {
    await app.get(TransactionRunner).run(async (tx) => {
      const id = await enqueueIn(app, tx);
      expect(await jobs()).toEqual([]);
      await app.api.get(`/api/jobs/${id}`).expect(404);
    });
    expect(await jobs()).toHaveLength(1);
  });

  it('refuses a payload that the class of its type refuses', async () => {
    const refused = (payload: object) =>
      expect(enqueue(app, { payload: payload as ProbePayload })).rejects;
    await refused({ word: 7 }).toThrow('word must be a string');
    await refused({ word: 'a', other: 1 }).toThrow('other');
    expect(await jobs()).toEqual([]);
  });

  it('answers with the waiting job of a key, and makes any number without one', async () => {
    const first = await enqueue(app, { dedupeKey: 'acme' });
    expect(await enqueue(app, { dedupeKey: 'acme' })).toBe(first);
    expect(await enqueue(app, { dedupeKey: 'other' })).not.toBe(first);
    expect(new Set([await enqueue(app), await enqueue(app)]).size).toBe(2);
    expect(await jobs()).toHaveLength(4);
  });

  it('makes one waiting job when many enqueue one key at once, and none of them fails', async () => {
    const ids = await Promise.all(
      Array.from({ length: 30 }, () => enqueue(app, { dedupeKey: 'k' })),
    );
    expect(new Set(ids).size).toBe(1);
    expect(await jobs()).toHaveLength(1);
  });

  it('keeps a key free when the one who took it rolls back', async () => {
    const inside = gate();
    const decided = gate();
    const rolledBack = app.get(TransactionRunner).run(async (tx) => {
      await enqueueIn(app, tx, { dedupeKey: 'k' });
      inside.open();
      await decided.opened;
      throw new Error('no');
    });
    await inside.opened;
    const second = enqueue(app, { dedupeKey: 'k' });
    decided.open();
    await expect(rolledBack).rejects.toThrow('no');
    const id = await second;
    expect(await jobs()).toEqual([{ id }]);
  });

  it('waits until its time', async () => {
    const runAfter = new Date(Date.now() + 3_600_000);
    const id = await enqueue(app, { runAfter });
    const { body } = await app.api.get(`/api/jobs/${id}`).expect(200);
    expect(body).toMatchObject({ state: 'waiting', runAfter: runAfter.toISOString() });
  });
});

describe('the worker', () => {
  const probe = new Probe();
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({ env: QUICK_JOBS, providers: [probe.provider(300)] });
  });
  afterAll(() => app.close());
  beforeEach(() => {
    probe.runs.length = 0;
    probe.work = () => undefined;
  });

  const eventsOf = (id: string) =>
    app.rows<{ key: string; code: string; message: string; meta: object }>(
      `SELECT event_key AS key, error_code AS code, error_message AS message, meta
       FROM ops_events WHERE source_id = $1 ORDER BY id`,
      [id],
    );

  it('runs a job with its payload and records its result', async () => {
    const id = await enqueue(app, { payload: { word: 'go' } });
    await untilJob(app, id, 'completed');
    expect(probe.runs).toHaveLength(1);
    expect(probe.runs[0]).toMatchObject({ jobId: id, attempt: 1, payload: { word: 'go' } });
    expect(await showJob(app, id)).toMatchObject({
      attempts: 1,
      lastErrorCode: null,
      tries: [{ attempt: 1, status: 'succeeded' }],
    });
  });

  it('lets a job that fails twice succeed at its third attempt', async () => {
    probe.work = ({ attempt }) => {
      if (attempt < 3) throw new Error(`not yet, token=abc123 at try ${attempt}`);
    };
    const id = await enqueue(app);
    await untilJob(app, id, 'completed');
    const job = await showJob(app, id);
    expect(job.tries.map(({ status }) => status)).toEqual(['failed', 'failed', 'succeeded']);
    expect(job.tries[1]?.errorMessage).toBe('not yet, token=[redacted] at try 2');
    expect(job).toMatchObject({ lastErrorCode: null, lastErrorMessage: null });
    expect((await eventsOf(id)).map(({ key }) => key)).toEqual(['job.failed', 'job.failed']);
  });

  it('dead-letters a job that always fails, with its event', async () => {
    probe.work = () => Promise.reject(new Error('never'));
    const id = await enqueue(app);
    await untilJob(app, id, 'dead_lettered');
    expect(await showJob(app, id)).toMatchObject({
      attempts: 4,
      lastErrorCode: 'JOB_FAILED',
      lastErrorMessage: 'never',
    });
    const events = await eventsOf(id);
    expect(events.map(({ key }) => key)).toEqual([
      ...Array.from({ length: 4 }, () => 'job.failed'),
      'job.dead_lettered',
    ]);
    expect(events.at(-1)).toMatchObject({
      code: 'JOB_FAILED',
      message: 'never',
      meta: { type: 'test.probe', attempt: 4 },
    });
    expect(probe.runs).toHaveLength(4);
  });

  it('fails an attempt that exceeds the time limit of its type, and aborts its signal', async () => {
    let aborted = false;
    probe.work = ({ attempt, signal }) => {
      if (attempt > 1) return;
      signal.addEventListener('abort', () => (aborted = true));
      return new Promise(() => undefined);
    };
    const id = await enqueue(app);
    await untilJob(app, id, 'completed');
    expect(aborted).toBe(true);
    expect(await showJob(app, id)).toMatchObject({
      attempts: 2,
      lastErrorCode: null,
      tries: [{ status: 'failed', errorCode: 'JOB_TIMED_OUT' }, { status: 'succeeded' }],
    });
  });

  it('fails an attempt whose stored payload is no longer valid', async () => {
    const id = await enqueue(app, { runAfter: new Date(Date.now() + 3_600_000) });
    await app.rows(`UPDATE jobs SET payload = '{"word": 1}', run_after = now() WHERE id = $1`, [
      id,
    ]);
    await untilJob(app, id, 'dead_lettered');
    expect(await showJob(app, id)).toMatchObject({ lastErrorCode: 'VALIDATION_FAILED' });
    expect(probe.runs).toEqual([]);
  });

  it('never runs two jobs of one key at once, and runs both', async () => {
    const first = gate();
    let atOnce = 0;
    let most = 0;
    probe.work = async ({ payload }) => {
      // Jobs without a key, of the test before, may still run.
      if (payload.word !== 'first' && payload.word !== 'second') return;
      most = Math.max(most, ++atOnce);
      if (payload.word === 'first') await first.opened;
      atOnce -= 1;
    };
    const one = await enqueue(app, { dedupeKey: 'k', payload: { word: 'first' } });
    await untilJob(app, one, 'running');
    const two = await enqueue(app, { dedupeKey: 'k', payload: { word: 'second' } });
    expect(two).not.toBe(one);
    expect((await showJob(app, two)).state).toBe('waiting');
    first.open();
    await untilJob(app, two, 'completed');
    expect(most).toBe(1);
  });

  it('finds the waiting job of a key that failed and waits for its next attempt', async () => {
    const runAfter = new Date(Date.now() + 3_600_000);
    const id = await enqueue(app, { dedupeKey: 'again', runAfter });
    await app.rows(
      `UPDATE jobs SET state = 'retrying', attempts = 1, failed_attempts = 1 WHERE id = $1`,
      [id],
    );
    expect(await enqueue(app, { dedupeKey: 'again' })).toBe(id);
  });

  it('does not claim a job that an open transaction has enqueued again', async () => {
    const id = await enqueue(app, {
      dedupeKey: 'counted',
      runAfter: new Date(Date.now() + 3_600_000),
    });
    await app.get(TransactionRunner).run(async (tx) => {
      expect(await enqueueIn(app, tx, { dedupeKey: 'counted' })).toBe(id);
      const bystander = await enqueue(app);
      await untilJob(app, bystander, 'completed');
      expect((await showJob(app, id)).state).toBe('waiting');
    });
  });
});
