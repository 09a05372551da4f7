import { Pool } from 'pg';
import { uuidv7 } from 'uuidv7';
import { FeedPoller } from '../src/feed/feed-poller.js';
import { eventually } from './support/eventually.js';
import { gate, Probe, enqueue, showJob } from './support/jobs.js';
import {
  jobsOf,
  Listener,
  pollAll,
  publishAll,
  Replicas,
  untilEnded,
  untilJobOf,
} from './support/subscribers.js';

const INSERT = `INSERT INTO ops_events
    (id, level, event_key, request_id, created_at, entity_type, entity_id, source_type, meta)
  VALUES ($1, 'info', 'nba.upsert', $2, now(), 'account', 'a', NULL, '{}')`;

describe('a durable subscriber', () => {
  const replicas = new Replicas();
  beforeEach(() => replicas.open());
  afterEach(() => replicas.close());

  it('gets each event of its names with what it says, and leaves nothing behind', async () => {
    const listener = new Listener();
    const app = await replicas.start([listener.provider()]);
    await publishAll(app, ['a', 'one'], [null, 'two']);
    await pollAll(app);
    await untilEnded(listener, 'one', 'two');
    const one = listener.events.find(({ requestId }) => requestId === 'one');
    expect(one).toMatchObject({
      eventKey: 'nba.upsert',
      level: 'info',
      status: 'success',
      actorId: null,
      entityType: 'account',
      entityId: 'a',
      meta: { created: true, entityId: 'one' },
      createdAt: expect.any(Date) as Date,
    });
    const job = await untilJobOf(app, 'one', 'completed');
    await untilJobOf(app, 'two', 'completed');
    expect(await app.rows('SELECT 1 FROM subscriber_events')).toEqual([]);
    expect((await showJob(app, job.id)).payload).toEqual({
      subscriber: 'test',
      eventId: one!.id,
      eventKey: 'nba.upsert',
      entityType: 'account',
      entityId: 'a',
    });
    const { body } = await app.api
      .get('/api/jobs', { entityType: 'account', entityId: 'a' })
      .expect(200);
    expect(body.items).toMatchObject([{ id: job.id, type: 'subscriber.test' }]);
  });

  it('gets the events of a scope in the order of commits, not of their ids', async () => {
    const listener = new Listener();
    const app = await replicas.start([listener.provider()]);
    const pool = new Pool({ connectionString: replicas.database.url, max: 2 });
    const [first, second] = [await pool.connect(), await pool.connect()];
    await first.query('BEGIN');
    await first.query('SELECT pg_current_xact_id()');
    await second.query(INSERT, [uuidv7(), 'second']);
    await publishAll(app, ['a', 'third']);
    await app.get(FeedPoller).poll();
    expect(await jobsOf(app)).toEqual([]);
    await first.query(INSERT, [uuidv7(), 'first']);
    await first.query('COMMIT');
    first.release();
    second.release();
    await pool.end();
    await pollAll(app);
    await untilEnded(listener, 'third');
    expect(listener.runs).toEqual(['first', 'second', 'third']);
  });

  it('holds back the scope of an event that fails, and no other', async () => {
    const listener = new Listener();
    const blocked = gate();
    listener.work = async (note, { attempt }) => {
      if (note !== 'a1') return;
      if (attempt === 1) throw new Error('not yet');
      await blocked.opened;
    };
    const app = await replicas.start([listener.provider({ backoffMs: [1] })]);
    await publishAll(app, ['a', 'a1'], ['a', 'a2'], ['b', 'b1'], [null, 'n1'], ['b', 'b2']);
    await pollAll(app);
    await untilEnded(listener, 'b1', 'b2', 'n1');
    await eventually(
      'it is tried again',
      () => listener.runs.filter((note) => note === 'a1').length === 2,
    );
    expect(listener.runs).not.toContain('a2');
    blocked.open();
    await untilEnded(listener, 'a1', 'a2');
    expect((await untilJobOf(app, 'a1', 'completed')).attempts).toBe(2);
    expect((await untilJobOf(app, 'a2', 'completed')).attempts).toBe(1);
  });

  it('dead-letters an event whose attempts are used up, goes on, and lets an operator retry it', async () => {
    const listener = new Listener();
    let broken = true;
    listener.work = (note) => {
      if (note === 'bad' && broken) throw new Error('password=s3same refused');
    };
    const app = await replicas.start([listener.provider({ backoffMs: [1] })]);
    await publishAll(app, ['a', 'bad'], ['a', 'good'], ['a', 'better']);
    await pollAll(app);
    const { id } = await untilJobOf(app, 'bad', 'dead_lettered');
    expect(listener.runs).toEqual(['bad', 'bad']);
    await pollAll(app);
    await untilEnded(listener, 'good', 'better');
    const { body } = await app.api
      .get('/api/jobs', { type: 'subscriber.test', state: 'dead_lettered' })
      .expect(200);
    const eventId = listener.events[0]!.id;
    expect(body.items).toMatchObject([
      { id, payload: { subscriber: 'test', eventId }, lastErrorMessage: expect.any(String) },
    ]);
    expect(JSON.stringify(body)).not.toContain('s3same');

    broken = false;
    await app.api.post(`/api/jobs/${id}/retry`).expect(200);
    await untilEnded(listener, 'bad');
    expect(listener.ended).toEqual(['good', 'better', 'bad']);
    expect((await untilJobOf(app, 'bad', 'completed')).id).toBe(id);
    expect(await app.rows('SELECT 1 FROM subscriber_events')).toEqual([]);
  });

  it('runs a dead letter in order that is retried before the scope went on', async () => {
    const listener = new Listener();
    let broken = true;
    listener.work = (note) => {
      if (note === 'bad' && broken) throw new Error('refused');
    };
    const app = await replicas.start([listener.provider({ backoffMs: [] })]);
    await publishAll(app, ['a', 'bad'], ['a', 'good']);
    await pollAll(app);
    const { id } = await untilJobOf(app, 'bad', 'dead_lettered');
    broken = false;
    await app.api.post(`/api/jobs/${id}/retry`).expect(200);
    await untilJobOf(app, 'good', 'completed');
    await pollAll(app);
    expect(listener.runs).toEqual(['bad', 'bad', 'good']);
    expect(await app.rows('SELECT 1 FROM subscriber_events')).toEqual([]);
  });

  it('gives up an event whose job is cancelled', async () => {
    const listener = new Listener();
    listener.work = (note) => {
      if (note === 'bad') throw new Error('refused');
    };
    const app = await replicas.start([listener.provider({ backoffMs: [600_000] })]);
    await publishAll(app, ['a', 'bad'], ['a', 'good']);
    await pollAll(app);
    const { id } = await untilJobOf(app, 'bad', 'retrying');
    await app.api.post(`/api/jobs/${id}/cancel`).expect(200);
    await pollAll(app);
    await untilEnded(listener, 'good');
    expect(listener.runs).toEqual(['bad', 'good']);
  });

  it('is not fed by its own failures', async () => {
    const listener = new Listener();
    listener.work = () => {
      throw new Error('refused');
    };
    const app = await replicas.start([listener.provider({ backoffMs: [] }, '*')]);
    await publishAll(app, ['a', 'bad'], ['a', 'worse']);
    await pollAll(app);
    await untilJobOf(app, 'bad', 'dead_lettered');
    await pollAll(app);
    await untilJobOf(app, 'worse', 'dead_lettered');
    await pollAll(app);
    const keys = await app.rows<{ key: string }>(
      `SELECT DISTINCT event_key AS key FROM ops_events WHERE event_key LIKE 'job.%' ORDER BY 1`,
    );
    expect(keys.map(({ key }) => key)).toEqual(['job.dead_lettered', 'job.failed']);
    expect(listener.runs).toEqual(['bad', 'worse']);
    expect((await jobsOf(app)).map(({ note }) => note)).toEqual(['bad', 'worse']);
  });

  it('gets the events of all its names, and those of other jobs', async () => {
    const listener = new Listener();
    const probe = new Probe();
    probe.work = () => {
      throw new Error('refused');
    };
    const app = await replicas.start([
      listener.provider({}, ['nba.upsert', 'job.dead_lettered']),
      probe.provider(1000, { backoffMs: [] }),
    ]);
    await publishAll(app, ['a', 'one']);
    const id = await enqueue(app);
    await eventually('it is dead-lettered', async () => {
      return (await showJob(app, id)).state === 'dead_lettered';
    });
    await pollAll(app);
    await untilEnded(listener, 'one', 'job.dead_lettered');
    expect(listener.runs).toHaveLength(2);
  });

  it('begins where it says, and goes on at its cursor after a restart', async () => {
    const publisher = await replicas.start([], { WORKER: 'false' });
    await publishAll(publisher, ['a', 'before']);
    const [before, restarted, oldest] = [new Listener(), new Listener(), new Listener()];
    const app = await replicas.start([before.provider()]);
    await pollAll(app);
    await publishAll(publisher, ['a', 'first']);
    await pollAll(app);
    await untilEnded(before, 'first');
    await replicas.stop(app);
    await publishAll(publisher, ['a', 'second'], ['a', 'third']);
    const again = await replicas.start([
      restarted.provider({ from: 'oldest' }),
      oldest.provider({ from: 'oldest', name: 'oldest' }),
    ]);
    await pollAll(again);
    await untilEnded(restarted, 'third');
    await untilEnded(oldest, 'third');
    expect([before.runs, restarted.runs, oldest.runs]).toEqual([
      ['first'],
      ['second', 'third'],
      ['before', 'first', 'second', 'third'],
    ]);
  });

  it('does not starve other jobs and scopes by a scope with many events', async () => {
    const listener = new Listener();
    const blocked = gate();
    listener.work = (note) => (note === 'a0' ? blocked.opened : undefined);
    const probe = new Probe();
    let endedBefore = -1;
    probe.work = () => {
      endedBefore = listener.ended.length;
    };
    const app = await replicas.start([listener.provider(), probe.provider()], {
      JOB_CONCURRENCY: '1',
    });
    const many = Array.from({ length: 60 }, (_, index) => `a${index}`);
    await publishAll(app, ...many.map((note) => ['a', note] as const), ['b', 'b0']);
    await pollAll(app);
    await eventually('it runs', () => listener.runs.length > 0);
    expect(await jobsOf(app)).toHaveLength(2);
    await enqueue(app);
    blocked.open();
    await untilEnded(listener, ...many, 'b0');
    expect(listener.ended.filter((note) => note !== 'b0')).toEqual(many);
    expect(listener.ended.indexOf('b0')).toBeLessThan(30);
    expect(endedBefore).toBeGreaterThanOrEqual(0);
    expect(endedBefore).toBeLessThan(60);
  }, 90_000);

  it('stops at its time limit', async () => {
    const listener = new Listener();
    let reason: unknown;
    listener.work = (_, { signal }) =>
      new Promise(() => signal.addEventListener('abort', () => (reason = signal.reason)));
    const app = await replicas.start([listener.provider({ timeoutMs: 500, backoffMs: [] })]);
    await publishAll(app, ['a', 'slow']);
    await pollAll(app);
    const { id } = await untilJobOf(app, 'slow', 'dead_lettered');
    expect(await showJob(app, id)).toMatchObject({ lastErrorCode: 'JOB_TIMED_OUT' });
    expect(String(reason)).toContain('within 500 ms');
  });

  it('reads no feed where no jobs run, or where nobody subscribes', async () => {
    const web = await replicas.start([new Listener().provider()], { WORKER: 'false' });
    const alone = await replicas.start([]);
    expect([web, alone].map((app) => app.get(FeedPoller).polling)).toEqual([false, false]);
  });
});
