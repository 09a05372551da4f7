import { setTimeout as delay } from 'node:timers/promises';
import { Logger, makeWorkerUtils, run, type WorkerUtils } from 'graphile-worker';
import { Pool } from 'pg';
import { type JobContestant } from './contestant.js';

const TASK = 'empty';
const CHUNK = 1000;
const silent = new Logger(() => () => undefined);

/** graphile-worker with its defaults: a job is locked when a slot of the worker is free for it. */
export class GraphileWorker implements JobContestant {
  readonly name = 'graphile-worker';
  readonly tables = 'graphile_worker._private_jobs';
  private readonly pool: Pool;
  private utils: WorkerUtils | undefined;

  constructor(databaseUrl: string) {
    // As many connections as our pool has.
    this.pool = new Pool({ connectionString: databaseUrl, max: 20 });
    this.pool.on('error', (error) => console.error(error));
  }

  async install(): Promise<void> {
    this.utils = await makeWorkerUtils({ pgPool: this.pool, logger: silent });
    await this.utils.migrate();
  }

  async enqueue(count: number): Promise<void> {
    for (let from = 0; from < count; from += CHUNK) {
      const length = Math.min(CHUNK, count - from);
      await this.utils!.addJobs(
        Array.from({ length }, (_, n) => ({ identifier: TASK, payload: { n: from + n } })),
      );
    }
  }

  async work(concurrency: number, ran: () => void, done: Promise<void>): Promise<void> {
    const runner = await run({
      pgPool: this.pool,
      concurrency,
      noHandleSignals: true,
      logger: silent,
      taskList: { [TASK]: () => ran() },
    });
    await done;
    // A stop would not wait for the last results.
    while ((await this.left()) > 0) await delay(20);
    await runner.stop();
  }

  async left(): Promise<number> {
    const { rows } = await this.pool.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM graphile_worker.jobs',
    );
    return rows[0]!.count;
  }

  async close(): Promise<void> {
    await this.utils?.release();
    await this.pool.end();
  }
}
