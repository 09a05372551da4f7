import { FeedPoller } from '../src/feed/feed-poller.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { eventually } from './support/eventually.js';
import { showJob } from './support/jobs.js';
import { jobsOf, Listener, pollAll, publishIn, QUICK_SUBSCRIBERS } from './support/subscribers.js';

describe('a durable subscriber', () => {
  let database: TestDatabase;
  const apps: TestApp[] = [];
  const start = async (
    listener: Listener,
    {
      env = {},
      ...options
    }: { env?: Record<string, string> } & Parameters<Listener['provider']>[0] = {},
    names?: Parameters<Listener['provider']>[1],
  ): Promise<TestApp> => {
    const app = await createTestApp({
      database,
      env: { ...QUICK_SUBSCRIBERS, ...env },
      providers: [listener.provider(options, names)],
    });
    apps.push(app);
    await app.get(FeedPoller).poll();
    return app;
  };
  const publish = async (on: TestApp, ...notes: (readonly [string | null, string])[]) => {
    for (const [entityId, note] of notes) await publishIn(on, entityId, note);
  };
  const untilEnded = (listener: Listener, ...notes: string[]) =>
    eventually(`ended: ${notes.join(', ')}`, () =>
      notes.every((note) => listener.ended.includes(note)),
    );
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
    await database.drop();
  });

  it('gets each event of its names with what it says, and leaves nothing behind', async () => {
    const listener = new Listener();
    const app = await start(listener);
    await publish(app, ['a', 'one'], [null, 'two']);
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
    await eventually('the jobs are completed', async () =>
      (await jobsOf(app)).every(({ state }) => state === 'completed'),
    );
    expect(await app.rows('SELECT 1 FROM subscriber_events')).toEqual([]);
    const [job] = (await jobsOf(app)).filter(({ note }) => note === 'one');
    expect((await showJob(app, job!.id)).payload).toEqual({
      subscriber: 'test',
      eventId: one!.id,
      eventKey: 'nba.upsert',
      entityType: 'account',
      entityId: 'a',
    });
  });
});
