import { readFileSync } from 'node:fs';
import { Retention } from '../src/database/retention/retention.js';
import { FeedPoller } from '../src/feed/feed-poller.js';
import { eventually } from './support/eventually.js';
import { startSubscriberProcess } from './support/job-process.js';
import { gate, showJob } from './support/jobs.js';
import {
  jobsOf,
  Listener,
  pollAll,
  publishAll,
  Replicas,
  untilEnded,
  untilJobOf,
} from './support/subscribers.js';

describe('subscribers and processes that die', () => {
  const replicas = new Replicas();
  beforeEach(() => replicas.open());
  afterEach(() => replicas.close());

  it('runs an event again whose process was killed between the method and its record', async () => {
    const publisher = await replicas.start([], { WORKER: 'false' });
    await publishAll(publisher, ['a', 'a1'], ['a', 'a2']);
    const dying = startSubscriberProcess(replicas.database);
    expect(await dying.note).toBe('a1');
    await dying.kill();
    const listener = new Listener();
    const app = await replicas.start([listener.provider()], { JOB_STALE_MS: '1000' });
    await untilEnded(listener, 'a1', 'a2');
    expect(listener.runs).toEqual(['a1', 'a2']);
    const { id } = await untilJobOf(app, 'a1', 'completed');
    expect((await showJob(app, id)).tries).toMatchObject([
      { attempt: 1, status: 'failed', errorCode: 'WORKER_LOST' },
      { attempt: 2, status: 'succeeded' },
    ]);
  }, 90_000);

  it('dead-letters an event that kills its processes, and goes on', async () => {
    const publisher = await replicas.start([], { WORKER: 'false' });
    await publishAll(publisher, ['a', 'a1'], ['a', 'a2']);
    const dying = startSubscriberProcess(replicas.database);
    expect(await dying.note).toBe('a1');
    await dying.kill();
    const listener = new Listener();
    const app = await replicas.start([listener.provider({ backoffMs: [] })], {
      JOB_STALE_MS: '1000',
    });
    await untilJobOf(app, 'a1', 'dead_lettered');
    await pollAll(app);
    await untilEnded(listener, 'a2');
    expect(listener.runs).toEqual(['a2']);
  }, 90_000);

  it('does not run an event again whose process was killed after its record', async () => {
    const listener = new Listener();
    const app = await replicas.start([listener.provider()]);
    await publishAll(app, ['a', 'a1']);
    await pollAll(app);
    const { id } = await untilJobOf(app, 'a1', 'completed');
    // As it was when the event was recorded and the job was not.
    await app.rows(`UPDATE jobs SET state = 'retrying', finished_at = NULL WHERE id = $1`, [id]);
    await eventually('the job runs again', async () => (await showJob(app, id)).attempts === 2);
    await untilJobOf(app, 'a1', 'completed');
    expect(listener.runs).toEqual(['a1']);
  });

  it('starts no further event for a worker that was considered lost', async () => {
    const silent = new Listener();
    const [first, second] = [gate(), gate()];
    silent.work = () => first.opened;
    const lost = await replicas.start([silent.provider()], {
      JOB_HEARTBEAT_MS: '200000',
      JOB_STALE_MS: '600000',
      JOB_CONCURRENCY: '1',
    });
    await publishAll(lost, ['a', 'a1'], ['a', 'a2']);
    await pollAll(lost);
    await eventually('it runs', () => silent.runs.length === 1);
    const listener = new Listener();
    listener.work = (note) => (note === 'a1' ? second.opened : undefined);
    const other = await replicas.start([listener.provider()]);
    await other.rows(`UPDATE jobs SET heartbeat_at = now() - interval '1 hour'`);
    await eventually('the other runs it', () => listener.runs.length === 1);
    first.open();
    await eventually('the late result was dropped', () =>
      lost.logs().some(({ msg }) => String(msg).startsWith('job result dropped')),
    );
    expect(await jobsOf(other)).toMatchObject([{ note: 'a1', state: 'running', attempts: 2 }]);
    second.open();
    await untilEnded(listener, 'a1');
    await eventually('the next one has run', () =>
      [...silent.ended, ...listener.ended].includes('a2'),
    );
  });

  it('runs every event once and in order in two processes', async () => {
    const [one, two] = [new Listener(), new Listener()];
    const ended: string[] = [];
    const running = new Set<string>();
    const overlaps: string[] = [];
    for (const listener of [one, two]) {
      listener.work = async (note) => {
        const scope = note.charAt(0);
        if (running.has(scope)) overlaps.push(note);
        running.add(scope);
        await new Promise(setImmediate);
        running.delete(scope);
        ended.push(note);
      };
    }
    const apps = [
      await replicas.start([one.provider()]),
      await replicas.start([two.provider()]),
    ] as const;
    const scopes = ['a', 'b', 'c', 'd'];
    const published = scopes.map((scope) =>
      Array.from({ length: 15 }, (_, index) => `${scope}${index}`),
    );
    await Promise.all(
      published.map(async (notes, index) => {
        for (const note of notes) {
          const app = apps[index % 2 === 0 ? 0 : 1];
          await publishAll(app, [note.charAt(0), note]);
          await app.get(FeedPoller).poll();
        }
      }),
    );
    await pollAll(apps[0]);
    await pollAll(apps[1]);
    await eventually('all have run', () => ended.length >= 60, 60_000);
    const inScope = (scope: string) => ended.filter((note) => note.startsWith(scope));
    expect(scopes.map(inScope)).toEqual(published);
    expect(overlaps).toEqual([]);
    await eventually('nothing waits', async () => {
      return (await apps[0].rows('SELECT 1 FROM subscriber_events')).length === 0;
    });
  }, 90_000);
});

describe('what is left of subscribers', () => {
  const replicas = new Replicas();
  beforeEach(() => replicas.open());
  afterEach(() => replicas.close());

  it('is warned of when the code is gone, until the SQL of the page deleted it', async () => {
    const listener = new Listener();
    listener.work = () => {
      throw new Error('refused');
    };
    const app = await replicas.start([listener.provider({ backoffMs: [600_000] })]);
    await publishAll(app, ['a', 'a1'], ['a', 'a2']);
    await pollAll(app);
    await untilJobOf(app, 'a1', 'retrying');
    await replicas.stop(app);
    const warnings = (on: typeof app) =>
      on.logs().filter(({ level, subscriber }) => level === 'warn' && subscriber === 'test');
    const without = await replicas.start([]);
    expect(warnings(without)).toMatchObject([
      { msg: expect.stringContaining('no longer in the code') as string },
    ]);
    const [, sql = ''] = /```sql\n(BEGIN;.*?)```/s.exec(readFileSync('docs/events.md', 'utf8'))!;
    await without.rows(sql.replaceAll('pager.critical_flag', 'test'));
    expect((await jobsOf(without)).map(({ state }) => state)).toEqual(['cancelled']);
    expect(await without.rows('SELECT 1 FROM subscriber_events')).toEqual([]);
    expect(warnings(await replicas.start([]))).toEqual([]);
  });

  it('goes on after an event that the retention deleted while it waited', async () => {
    const listener = new Listener();
    const blocked = gate();
    listener.work = (note) => (note === 'a1' ? blocked.opened : undefined);
    const app = await replicas.start([listener.provider({ backoffMs: [] })]);
    await publishAll(app, ['a', 'a1'], ['a', 'a2'], ['a', 'a3']);
    await pollAll(app);
    await eventually('it runs', () => listener.runs.length === 1);
    await app.rows(`DELETE FROM ops_events WHERE request_id = 'a2'`);
    blocked.open();
    await eventually('it is dead-lettered', async () =>
      (await jobsOf(app)).some(({ state }) => state === 'dead_lettered'),
    );
    const [gone] = (await jobsOf(app)).filter(({ state }) => state === 'dead_lettered');
    const { lastErrorMessage } = await showJob(app, gone!.id);
    expect(lastErrorMessage).toContain('not on record any more');
    await pollAll(app);
    await untilEnded(listener, 'a3');
    expect(listener.runs).toEqual(['a1', 'a3']);
  });

  it('is told where the retention deleted events before they were read', async () => {
    const first = new Listener();
    const app = await replicas.start([first.provider()]);
    await publishAll(app, ['a', 'read']);
    await pollAll(app);
    await untilEnded(first, 'read');
    await replicas.stop(app);
    const publisher = await replicas.start([], { WORKER: 'false' });
    await publishAll(publisher, ['a', 'dropped'], ['a', 'kept']);
    await publisher.rows(`DELETE FROM ops_events WHERE request_id IN ('read', 'dropped')`);
    const listener = new Listener();
    const again = await replicas.start([listener.provider()]);
    await pollAll(again);
    await untilEnded(listener, 'kept');
    expect(listener.runs).toEqual(['kept']);
    expect(again.logs().filter(({ consumer }) => consumer === 'subscriber:test')).toMatchObject([
      { level: 'warn', msg: expect.stringContaining('behind the retention') as string },
    ]);
  });

  it('is kept for an event that was given up as long as its job, and not longer', async () => {
    const listener = new Listener();
    listener.work = () => {
      throw new Error('refused');
    };
    const app = await replicas.start([listener.provider({ backoffMs: [] })]);
    await publishAll(app, ['a', 'a1'], ['b', 'b1']);
    await pollAll(app);
    await untilJobOf(app, 'a1', 'dead_lettered');
    await untilJobOf(app, 'b1', 'dead_lettered');
    await pollAll(app);
    const age = (note: string, days: number) =>
      app.rows(
        `UPDATE subscriber_events SET given_up_at = now() - $2::int * interval '1 day'
         WHERE event_id = (SELECT id FROM ops_events WHERE request_id = $1)`,
        [note, days],
      );
    await age('a1', 32);
    await age('b1', 30);
    await app.get(Retention).run({ waitMs: 20_000 });
    const left = await app.rows<{ note: string }>(
      `SELECT request_id AS note FROM subscriber_events JOIN ops_events ON id = event_id`,
    );
    expect(left).toEqual([{ note: 'b1' }]);
  });
});
