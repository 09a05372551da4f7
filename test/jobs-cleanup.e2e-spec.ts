import { JobClaims } from '../src/jobs/queue/job-claims.js';
import { createTestApp, type TestApp } from './support/app.js';
import { enqueue, Probe } from './support/jobs.js';

describe('an old job', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await createTestApp({ env: { WORKER: 'false' }, providers: [new Probe().provider()] });
  });
  afterEach(() => app.close());

  /** A job with one attempt that came into its state some days ago; returns its id. */
  const aged = async (state: string, days: number): Promise<string> => {
    const id = await enqueue(app);
    await app.rows(
      `WITH job AS (
         UPDATE pgboss.job SET state = $2::pgboss.job_state, started_on = now() - $3 * interval '1 day',
           completed_on = CASE WHEN $2::pgboss.job_state > 'active' THEN now() - $3 * interval '1 day' END
         WHERE id = $1 RETURNING id, name)
       INSERT INTO job_attempts (id, job_id, type, attempt, status, worker_id, started_at, heartbeat_at)
       SELECT gen_random_uuid(), id, name, 1, 'succeeded', id, now() - $3 * interval '1 day', now()
       FROM job`,
      [id, state, days],
    );
    return id;
  };
  const cleanUp = () => app.get(JobClaims).cleanUp();
  const listed = async (): Promise<string[]> => {
    const { body } = await app.api.get('/api/jobs').expect(200);
    return (body.items as { id: string }[]).map(({ id }) => id).sort();
  };

  it('is listed for 3 days, a dead letter for 30, and its attempts are deleted with it', async () => {
    const kept = [
      await aged('completed', 2.9),
      await aged('cancelled', 2.9),
      await aged('failed', 29.9),
      await aged('retry', 40),
      await aged('active', 40),
    ].sort();
    const gone = [
      await aged('completed', 3.1),
      await aged('cancelled', 3.1),
      await aged('failed', 30.1),
    ].sort();
    await cleanUp();
    expect(await listed()).toEqual(kept);
    const tries = await app.rows<{ id: string }>('SELECT job_id AS id FROM job_attempts');
    expect(tries.map(({ id }) => id).sort()).toEqual(kept);

    const archived = await app.rows<{ id: string }>('SELECT id FROM pgboss.archive ORDER BY id');
    expect(archived.map(({ id }) => id)).toEqual(gone);
    await app.rows(`UPDATE pgboss.archive SET archived_on = now() - interval '25 hours'`);
    await cleanUp();
    expect(await app.rows('SELECT id FROM pgboss.archive')).toEqual([]);
  });

  it('includes ticks whose process was killed between taking and sending them', async () => {
    await app.rows(`SELECT pgboss.create_queue('__pgboss__send-it', '{"policy": "standard"}')`);
    const sends = await app.rows<{ id: string }>(
      `INSERT INTO pgboss.job (name, state, started_on)
       SELECT '__pgboss__send-it', state::pgboss.job_state, now() - hours * interval '1 hour'
       FROM (VALUES (1, 'active', 25), (2, 'active', 23), (3, 'created', 25)) AS made (n, state, hours)
       ORDER BY n RETURNING id`,
    );
    await cleanUp();
    const left = await app.rows<{ id: string }>(
      `SELECT id FROM pgboss.job WHERE name = '__pgboss__send-it'`,
    );
    const [, ...rest] = sends.map(({ id }) => id);
    expect(left.map(({ id }) => id).sort()).toEqual(rest.sort());
  });
});
