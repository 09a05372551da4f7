import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import { createTestApp, type TestApp } from './support/app.js';
import { createEmptyDatabase, type TestDatabase } from './support/database.js';
import { Probe, QUICK_JOBS, showJob, untilJob } from './support/jobs.js';
import { createOlderDatabase, olderDesk } from './support/older-database.js';

const PG_BOSS = readFileSync('test/fixtures/upgrade/pgboss-24.sql', 'utf8');
const id = (n: number): string => `01a2221b-1edf-704a-a985-00000000000${n}`;

/** Jobs as the build before left them: state, key, retries that the library counted, attempts. */
const JOBS = `
  INSERT INTO pgboss.job (id, name, data, state, singleton_key, retry_count, started_on, start_after, policy,
    completed_on)
  SELECT id::uuid, name, data::jsonb, state::pgboss.job_state, COALESCE(key, id), retries, started,
    now() + due, 'short', CASE WHEN state IN ('failed', 'cancelled') THEN now() END
  FROM (VALUES
    ('${id(1)}', 'score.compute', '{"entityType": "account", "entityId": "acme"}', 'created', 'account/acme', 0, NULL, interval '0'),
    ('${id(2)}', 'test.probe', '{"word": "of a handler", "_scope": {"entityType": "account", "entityId": "acme"}}', 'created', NULL, 0, NULL, interval '0'),
    ('${id(3)}', 'risk.run_rules', '{"entityType": "account", "entityId": "acme"}', 'retry', NULL, 1, now(), interval '1 hour'),
    ('${id(4)}', 'retry_failed_deliveries', '{"nextActionId": "01A2221B-1E9B-75B2-955A-47485FCE1B90"}', 'active', NULL, 0, now(), interval '0'),
    ('${id(5)}', 'next_actions.run', '{"entityType": "account", "entityId": "acme"}', 'failed', NULL, 3, now(), interval '0'),
    ('${id(6)}', 'score.compute', '{"entityType": "account", "entityId": "acme"}', 'cancelled', NULL, 0, NULL, interval '0')
  ) AS made (id, name, data, state, key, retries, started, due)`;
const ATTEMPTS = `
  INSERT INTO job_attempts (id, job_id, type, attempt, status, worker_id, started_at, heartbeat_at,
    finished_at, error_code, error_message)
  SELECT gen_random_uuid(), job_id::uuid, type, attempt, status, gen_random_uuid(), now(),
    now() - interval '1 hour', finished, code, code
  FROM (VALUES
    ('${id(3)}', 'risk.run_rules', 1, 'failed', now(), 'JOB_FAILED'),
    ('${id(3)}', 'risk.run_rules', 2, 'failed', now(), 'JOB_TIMED_OUT'),
    ('${id(4)}', 'retry_failed_deliveries', 1, 'running', NULL, NULL),
    ('${id(5)}', 'next_actions.run', 4, 'dead_lettered', now(), 'JOB_FAILED'),
    ('01a2221b-1edf-704a-a985-999999999999', 'score.compute', 1, 'succeeded', now(), NULL)
  ) AS made (job_id, type, attempt, status, finished, code)`;
const THEIRS = `
  SELECT pgboss.create_queue('their.mail', '{"policy": "short"}');
  INSERT INTO pgboss.job (name, data, policy) VALUES ('their.mail', '{"to": "them"}', 'short')`;

async function inDatabase(database: TestDatabase, ...statements: string[]): Promise<void> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

describe('the first start after a build with pg-boss', () => {
  const probe = new Probe();
  const QUEUE = `SELECT pgboss.create_queue('test.probe', '{"policy": "short"}')`;
  let database: TestDatabase;
  let app: TestApp | undefined;
  const startOn = async (on: TestDatabase, worker = 'false'): Promise<TestApp> => {
    database = on;
    const env = { ...QUICK_JOBS, JOB_STALE_MS: '1000', WORKER: worker };
    return (app = await createTestApp({ database, env, providers: [probe.provider()] }));
  };
  const schemas = (started: TestApp) =>
    started.rows(`SELECT nspname FROM pg_namespace WHERE nspname = 'pgboss'`);
  afterEach(async () => {
    await app?.close();
    app = undefined;
    await database.drop();
  });

  it('takes over every job with its state and attempts, and drops the schema', async () => {
    const older = await createOlderDatabase(olderDesk());
    await inDatabase(older, QUEUE, JOBS, ATTEMPTS);
    const started = await startOn(older);
    expect(await schemas(started)).toEqual([]);
    const scope = { entity_type: 'account', entity_id: 'acme' };
    const rows = await started.rows(
      `SELECT id, type, state, dedupe_key, entity_type, entity_id, next_action_id, attempts, failed_attempts,
         last_error_code, run_after > now() + interval '50 minutes' AS later, finished_at IS NULL AS open
       FROM jobs WHERE id::text LIKE '%-00000000000_' ORDER BY id`,
    );
    const bare = {
      dedupe_key: null,
      next_action_id: null,
      attempts: 0,
      failed_attempts: 0,
      last_error_code: null,
      later: false,
      open: true,
    };
    expect(rows).toEqual([
      {
        ...bare,
        ...scope,
        id: id(1),
        type: 'score.compute',
        state: 'waiting',
        dedupe_key: 'account/acme',
      },
      { ...bare, ...scope, id: id(2), type: 'test.probe', state: 'waiting' },
      {
        ...bare,
        ...scope,
        id: id(3),
        type: 'risk.run_rules',
        state: 'retrying',
        attempts: 2,
        failed_attempts: 2,
        last_error_code: 'JOB_TIMED_OUT',
        later: true,
      },
      {
        ...bare,
        id: id(4),
        type: 'retry_failed_deliveries',
        state: 'running',
        // That of its next best action.
        ...scope,
        next_action_id: '01a2221b-1e9b-75b2-955a-47485fce1b90',
        attempts: 1,
      },
      {
        ...bare,
        ...scope,
        id: id(5),
        type: 'next_actions.run',
        state: 'dead_lettered',
        attempts: 4,
        failed_attempts: 4,
        last_error_code: 'JOB_FAILED',
        open: false,
      },
      { ...bare, ...scope, id: id(6), type: 'score.compute', state: 'cancelled', open: false },
    ]);
    expect((await showJob(started, id(2))).payload).toEqual({ word: 'of a handler' });
    expect((await showJob(started, id(4))).tries).toMatchObject([
      { attempt: 1, status: 'running' },
    ]);
    expect((await showJob(started, id(3))).tries).toHaveLength(2);
  });

  it('runs what waited, and what a worker of that build was running', async () => {
    const older = await createOlderDatabase(olderDesk());
    await inDatabase(older, QUEUE, JOBS, ATTEMPTS);
    const started = await startOn(older, 'true');
    for (const n of [1, 2, 4]) await untilJob(started, id(n), 'completed');
    expect((await showJob(started, id(4))).tries).toMatchObject([
      { attempt: 1, status: 'failed', errorCode: 'WORKER_LOST' },
      { attempt: 2, status: 'succeeded' },
    ]);
    expect(probe.runs.map(({ payload }) => payload.word)).toEqual(['of a handler']);
  });

  it('leaves the queue of another application in the schema', async () => {
    const older = await createOlderDatabase(olderDesk());
    await inDatabase(older, QUEUE, JOBS, ATTEMPTS, THEIRS);
    const started = await startOn(older);
    expect(await started.rows('SELECT name FROM pgboss.queue')).toEqual([{ name: 'their.mail' }]);
    expect(await started.rows('SELECT name, data FROM pgboss.job')).toEqual([
      { name: 'their.mail', data: { to: 'them' } },
    ]);
    expect((await showJob(started, id(1))).state).toBe('waiting');
  });

  it.each([
    ['of the same version', `${PG_BOSS}; ${THEIRS}`],
    [
      'of another version',
      `CREATE SCHEMA pgboss; CREATE TABLE pgboss.version (version int); CREATE TABLE pgboss.queue ();
       CREATE TABLE pgboss.job (name text); CREATE TABLE pgboss.archive ();
       INSERT INTO pgboss.version VALUES (9); INSERT INTO pgboss.job VALUES ('their.mail')`,
    ],
    [
      'with other tables',
      `CREATE SCHEMA pgboss; CREATE TABLE pgboss.job (name text);
       INSERT INTO pgboss.job VALUES ('their.mail')`,
    ],
  ])('does not touch the schema of another application %s', async (_, theirs) => {
    const empty = await createEmptyDatabase();
    await inDatabase(empty, theirs);
    const started = await startOn(empty);
    expect(await started.rows('SELECT name FROM pgboss.job')).toEqual([{ name: 'their.mail' }]);
    expect(await started.rows('SELECT id FROM jobs')).toEqual([]);
  });
});
