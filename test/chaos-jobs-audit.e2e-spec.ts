import { Client } from 'pg';
import { uuidv7 } from 'uuidv7';
import { auditJobs } from '../bench/chaos/jobs-audit.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';

const id = (n: number): string => `01a20c77-ddc6-7a74-ac83-f744b82564${n}0`;
const WORKER = id(9);
const ATTEMPT = `
  INSERT INTO job_attempts (job_id, attempt, status, worker_id, started_at, heartbeat_at, finished_at,
    error_code)
  VALUES ($1, $2, $3, '${WORKER}', now(), now(), now(), $4)`;

describe('the audit of the jobs', () => {
  let database: TestDatabase;
  let client: Client;
  beforeEach(async () => {
    database = await createTestDatabase();
    client = new Client({ connectionString: database.url });
    await client.connect();
  });
  afterEach(async () => {
    await client.end();
    await database.drop();
  });

  const job = async (n: number, state = 'completed'): Promise<void> => {
    await client.query(
      `INSERT INTO jobs (id, type, payload, state, run_after, created_at)
       VALUES ($1, 'chaos.number', '{}', $2, now(), now())`,
      [id(n), state],
    );
  };
  const attempt = async (n: number, number: number, status: string, code?: string) => {
    await client.query(ATTEMPT, [id(n), number, status, code ?? null]);
  };
  const lost = async (n: number, number: number): Promise<void> => {
    await attempt(n, number, 'failed', 'WORKER_LOST');
    await client.query(
      `INSERT INTO ops_events (id, level, event_key, source_type, source_id, meta, created_at)
       VALUES ($3, 'warn', 'job.failed', 'job', $1, jsonb_build_object('attempt', $2::int), now())`,
      [id(n), number, uuidv7()],
    );
  };
  const run = (n: number, number: number) => ({ jobId: id(n), attempt: number });
  const counts = async (runs: ReturnType<typeof run>[]): Promise<number[]> => {
    const audited = await auditJobs(client, 'chaos.number', runs);
    return [audited.lost, audited.doubled, audited.withoutEvent];
  };

  it('finds nothing where each job succeeded once, also after an attempt that was lost', async () => {
    await job(1);
    await attempt(1, 1, 'succeeded');
    await job(2);
    await lost(2, 1);
    await attempt(2, 2, 'succeeded');
    expect(await counts([run(1, 1), run(2, 1), run(2, 2)])).toEqual([0, 0, 0]);
  });

  it('counts a job that did not end as lost', async () => {
    await job(1, 'retrying');
    expect(await counts([])).toEqual([1, 0, 0]);
  });

  it('counts what ran or succeeded once too often as doubled', async () => {
    await job(1);
    await attempt(1, 1, 'succeeded');
    expect(await counts([run(1, 1), run(1, 1)])).toEqual([0, 1, 0]);
    expect(await counts([run(1, 1), run(1, 2)])).toEqual([0, 1, 0]);
    await attempt(1, 2, 'succeeded');
    expect(await counts([run(1, 1), run(1, 2)])).toEqual([0, 1, 0]);
  });

  it('counts a lost attempt without its event', async () => {
    await job(1);
    await attempt(1, 1, 'failed', 'WORKER_LOST');
    await attempt(1, 2, 'succeeded');
    expect(await counts([run(1, 1), run(1, 2)])).toEqual([0, 0, 1]);
  });
});
