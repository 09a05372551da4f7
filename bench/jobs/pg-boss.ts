import PgBoss from 'pg-boss';
import { type JobContestant } from './contestant.js';

const QUEUE = 'empty';
const CHUNK = 1000;

/**
 * pg-boss by its `fetch` and `complete`, one batch of `concurrency` jobs after the other. Its own loop
 * (`work`) pauses for half a second at least between two batches.
 */
export class PgBossQueue implements JobContestant {
  readonly name = 'pg-boss';
  readonly tables = 'pgboss.job';
  private readonly boss: PgBoss;

  constructor(databaseUrl: string) {
    this.boss = new PgBoss({ connectionString: databaseUrl, supervise: false, schedule: false });
    this.boss.on('error', (error) => console.error(error));
  }

  async install(): Promise<void> {
    await this.boss.start();
    await this.boss.createQueue(QUEUE);
  }

  async enqueue(count: number): Promise<void> {
    for (let from = 0; from < count; from += CHUNK) {
      const length = Math.min(CHUNK, count - from);
      await this.boss.insert(
        Array.from({ length }, (_, n) => ({ name: QUEUE, data: { n: from + n } })),
      );
    }
  }

  async work(concurrency: number, ran: () => void, done: Promise<void>): Promise<void> {
    for (;;) {
      const jobs = await this.boss.fetch(QUEUE, { batchSize: concurrency });
      if (jobs.length === 0) break;
      jobs.forEach(ran);
      await this.boss.complete(
        QUEUE,
        jobs.map(({ id }) => id),
      );
    }
    await done;
  }

  left(): Promise<number> {
    return this.boss.getQueueSize(QUEUE, { before: 'completed' });
  }

  async close(): Promise<void> {
    await this.boss.stop({ graceful: false });
  }
}
