import { Retention } from '../src/database/retention/retention.js';
import { createTestApp, type TestApp } from './support/app.js';
import { enqueue, Probe } from './support/jobs.js';

describe('an old job', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await createTestApp({ env: { WORKER: 'false' }, providers: [new Probe().provider()] });
  });
  afterEach(() => app.close());

  const ENDED = ['completed', 'cancelled', 'dead_lettered'];
  /** A job with one attempt that came into its state some days ago; returns its id. */
  const aged = async (state: string, days: number): Promise<string> => {
    const id = await enqueue(app);
    await app.rows(
      `WITH job AS (
         UPDATE jobs SET state = $2, started_at = now() - $3 * interval '1 day',
           heartbeat_at = now() - $3 * interval '1 day',
           finished_at = CASE WHEN $2 = ANY ($4) THEN now() - $3 * interval '1 day' END
         WHERE id = $1 RETURNING *)
       INSERT INTO job_attempts (job_id, attempt, status, worker_id, started_at, heartbeat_at, finished_at)
       SELECT id, 1, 'succeeded', id, started_at, now(), now() FROM job`,
      [id, state, days, ENDED],
    );
    return id;
  };
  /** How many a run deletes, and how many it would have said before. */
  const cleanUp = async (): Promise<(number | undefined)[]> => {
    const retention = app.get(Retention);
    const outcomes = [await retention.preview(), await retention.runOften()];
    return outcomes.map((each) => each.find(({ name }) => name === 'jobs')?.count);
  };
  const listed = async (): Promise<string[]> => {
    const { body } = await app.api.get('/api/jobs').expect(200);
    return (body.items as { id: string }[]).map(({ id }) => id).sort();
  };

  it('is listed for 3 days, a dead letter for 30, and its attempts are deleted with it', async () => {
    const kept = [
      await aged('completed', 2.9),
      await aged('cancelled', 2.9),
      await aged('dead_lettered', 29.9),
      await aged('retrying', 40),
      await aged('running', 40),
    ].sort();
    await aged('completed', 3.1);
    await aged('cancelled', 3.1);
    await aged('dead_lettered', 30.1);
    expect(await cleanUp()).toEqual([3, 3]);
    expect(await listed()).toEqual(kept);
    const tries = await app.rows<{ id: string }>('SELECT job_id AS id FROM job_attempts');
    expect(tries.map(({ id }) => id).sort()).toEqual(kept);
    expect(await app.rows('SELECT id FROM jobs')).toHaveLength(kept.length);
  });

  it('is deleted with all others, though they are more than a batch', async () => {
    await app.rows(
      `INSERT INTO jobs (id, type, payload, state, run_after, created_at, finished_at)
       SELECT gen_random_uuid(), 'test.probe', '{}', state, now(), now(), now() - interval '31 days'
       FROM generate_series(1, 1100), unnest($1::text[]) AS state`,
      [ENDED],
    );
    expect(await cleanUp()).toEqual([3300, 3300]);
    expect(await app.rows('SELECT id FROM jobs')).toEqual([]);
  });
});
