import { Client } from 'pg';
import {
  DeliveryAction,
  type DeliveryContext,
} from '../src/next-actions/delivery/delivery-action.js';
import { FindJobsOfScope1796000900000 } from '../migrations/1796000900000-FindJobsOfScope.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { createTestDatabase } from './support/database.js';
import { enqueue, Probe, QUICK_JOBS, type ShownJob } from './support/jobs.js';

/** Enqueues a job that names no scope, and one whose payload does. */
@DeliveryAction({ key: 'enqueue_two', label: 'Enqueue two' })
class EnqueueTwoAction {
  async run({ tx }: DeliveryContext) {
    const probe = await tx.enqueue({ type: 'test.probe', payload: { word: 'hello' } });
    const score = await tx.enqueue({
      type: 'score.compute',
      payload: { entityType: 'account', entityId: 'other' },
    });
    return { meta: { probe, score } };
  }
}

describe('the jobs of a scope', () => {
  const acme = { entityType: 'account', entityId: 'acme' };
  const globex = { entityType: 'account', entityId: 'globex' };
  let app: TestApp;
  let ofAcme: string[];
  let ofGlobex: string;
  let ofProject: string;
  let ofNone: string;
  beforeAll(async () => {
    const env = { ...QUICK_JOBS, WORKER: 'false' };
    const providers = [new Probe().provider(), EnqueueTwoAction];
    app = await createTestApp({ env, providers });
    ofAcme = [];
    for (let n = 0; n < 3; n++) ofAcme.unshift(await enqueue(app, { scope: acme }));
    ofGlobex = await enqueue(app, { scope: globex });
    ofProject = await enqueue(app, { scope: { entityType: 'project', entityId: 'acme' } });
    ofNone = await enqueue(app);
  });
  afterAll(() => app.close());

  const list = async (query: Readonly<Record<string, string | number>>): Promise<string[]> => {
    const { body } = await app.api.get('/api/jobs', query).expect(200);
    return (body as { items: ShownJob[] }).items.map(({ id }) => id);
  };

  it('are listed by scope, all of a type, or with those of none', async () => {
    expect(await list({ scope: 'account/acme' })).toEqual(ofAcme);
    expect(await list(acme)).toEqual(ofAcme);
    expect(await list({ scope: 'account/*' })).toEqual([ofGlobex, ...ofAcme]);
    const all = [ofNone, ofProject, ofGlobex, ...ofAcme];
    expect(await list({ scope: '*' })).toEqual(all);
    expect(await list({})).toEqual(all);
    expect(await list({ scope: 'account/initech' })).toEqual([]);
    expect(await list({ entityType: 'account' })).toEqual([]);
  });

  it('are listed by scope, type and state, page by page', async () => {
    const query = { scope: 'account/acme', type: 'test.probe', state: 'waiting' };
    const first = await app.api.get('/api/jobs', { ...query, pageSize: 2 }).expect(200);
    const { items, pagination } = first.body as {
      items: ShownJob[];
      pagination: { nextCursor: string };
    };
    expect(items.map(({ id }) => id)).toEqual(ofAcme.slice(0, 2));
    const cursor = pagination.nextCursor;
    expect(await list({ ...query, pageSize: 2, cursor })).toEqual(ofAcme.slice(2));
    expect(await list({ ...query, state: 'completed' })).toEqual([]);
    expect(await list({ ...query, type: 'test.twice' })).toEqual([]);
    const elsewhere = { ...query, scope: 'account/*', cursor };
    const { body } = await app.api.get('/api/jobs', elsewhere).expect(400);
    expect(body).toMatchObject({ code: 'CURSOR_INVALID' });
  });

  it('are counted by scope', async () => {
    await app.rows(
      `UPDATE jobs SET state = 'running', heartbeat_at = now() - interval '1 hour' WHERE id = $1`,
      [ofGlobex],
    );
    const summary = async (query: Readonly<Record<string, string>>): Promise<unknown> => {
      const { body } = await app.api.get('/api/jobs/summary', query).expect(200);
      const { total, stale, types } = body as {
        total: { waiting: number; running: number };
        stale: number;
        types: { type: string }[];
      };
      return [total.waiting, total.running, stale, types.map(({ type }) => type)];
    };
    expect(await summary({ scope: 'account/acme' })).toEqual([3, 0, 0, ['test.probe']]);
    expect(await summary(globex)).toEqual([0, 1, 1, ['test.probe']]);
    expect(await summary({ scope: 'account/*' })).toEqual([3, 1, 1, ['test.probe']]);
    expect(await summary({ scope: 'account/initech' })).toEqual([0, 0, 0, []]);
    expect(await summary({ scope: '*' })).toEqual([5, 1, 1, ['test.probe']]);
    expect(await summary({})).toEqual([5, 1, 1, ['test.probe']]);
  });

  it.each([
    { scope: 'acme' },
    { scope: 'account/acme', entityType: 'account' },
    { entityType: 'A' },
  ])('answer 400 to %j', async (query) => {
    for (const path of ['/api/jobs', '/api/jobs/summary']) {
      const { body } = await app.api.get(path, query).expect(400);
      expect(body).toMatchObject({ code: 'VALIDATION_FAILED' });
    }
  });

  it('of a press are in the scope of its next best action, unless their payload names another', async () => {
    const { id } = await createNextAction(app.api, {
      entityType: 'account',
      entityId: 'pressed',
    });
    const { body: pressed } = await app.api.press(id, 'enqueue_two').expect(200);
    await app.api.press(id, 'retry_failed_deliveries').expect(200);
    const { body } = await app.api.get(`/api/next-actions/${id}/executions`).expect(200);
    const { items } = body as { items: { id: string; meta: Record<string, string> }[] };
    const [retry, two] = items;
    expect(two?.id).toBe((pressed as { executionId: string }).executionId);
    expect(await list({ scope: 'account/pressed' })).toEqual([retry?.meta.jobId, two?.meta.probe]);
    expect(await list({ scope: 'account/other' })).toEqual([two?.meta.score]);
    expect(await list({ nextActionId: id })).toHaveLength(3);
    expect(await list({ nextActionId: id, scope: 'account/other' })).toEqual([two?.meta.score]);
  });
});

describe('the migration that finds the jobs of a scope', () => {
  it('puts a job without a scope into that of its next best action', async () => {
    const database = await createTestDatabase();
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const runner = { query: (text: string) => client.query(text) };
    const migration = new FindJobsOfScope1796000900000();
    type Runner = Parameters<typeof migration.up>[0];
    await migration.down(runner as unknown as Runner);
    await client.query(
      `WITH nba AS (
         INSERT INTO next_best_actions (id, title, priority, score, entity_type, entity_id)
         VALUES (gen_random_uuid(), 'Old', 'high', 1, 'account', 'acme') RETURNING id)
       INSERT INTO jobs (id, type, payload, entity_type, entity_id, next_action_id, run_after, created_at)
       SELECT gen_random_uuid(), made.type, '{}'::jsonb, made.entity, made.entity, nba.id, now(), now()
       FROM nba, (VALUES ('of_press', NULL), ('of_payload', 'other')) AS made (type, entity)
       UNION ALL SELECT gen_random_uuid(), 'of_none', '{}', NULL, NULL, NULL, now(), now()`,
    );
    await migration.up(runner as unknown as Runner);
    const { rows } = await client.query(
      'SELECT type, entity_type, entity_id FROM jobs ORDER BY type',
    );
    await client.end();
    await database.drop();
    expect(rows).toEqual([
      { type: 'of_none', entity_type: null, entity_id: null },
      { type: 'of_payload', entity_type: 'other', entity_id: 'other' },
      { type: 'of_press', entity_type: 'account', entity_id: 'acme' },
    ]);
  });
});
