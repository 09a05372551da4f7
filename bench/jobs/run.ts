import assert from 'node:assert/strict';
import { Client } from 'pg';
import { median, spreadOf } from '../report.js';
import { type JobContestant } from './contestant.js';
import { GraphileWorker } from './graphile-worker.js';
import { OwnQueue } from './own-queue.js';
import { PgBossQueue } from './pg-boss.js';

/** How much is measured. */
export interface JobRounds {
  readonly rounds: number;
  /** Jobs of a turn. */
  readonly count: number;
  /** Jobs at once. */
  readonly concurrencies: readonly number[];
  /** No round begins that would not end within this time, in ms; the first one does. */
  readonly withinMs?: number;
  /** Called after each round. */
  readonly progress?: (text: string) => void;
}

/** What was measured. */
export interface JobRates {
  /** In Markdown. */
  readonly table: string;
  /** How many rounds there was time for. */
  readonly rounds: number;
}

/** Jobs per second of each contestant, round by round. */
type Rates = ReadonlyMap<string, number[]>;

/** Code is compiled before anything counts. */
const WARM_UP_JOBS = 300;

/**
 * Jobs per second of one worker with an empty handler, ours against graphile-worker and pg-boss, which take
 * turns on the same database.
 */
export async function benchJobs(databaseUrl: string, asked: JobRounds): Promise<JobRates> {
  const contestants: JobContestant[] = [
    new OwnQueue(databaseUrl),
    new GraphileWorker(databaseUrl),
    new PgBossQueue(databaseUrl),
  ];
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const deadline = performance.now() + (asked.withinMs ?? Infinity);
    for (const contestant of contestants) await contestant.install();
    for (const contestant of contestants) {
      await turn(client, contestant, 4, Math.min(asked.count, WARM_UP_JOBS));
    }
    const measured = new Map<number, Rates>(
      asked.concurrencies.map((each) => [each, new Map(contestants.map(({ name }) => [name, []]))]),
    );
    let rounds = 0;
    for (let longest = 0; rounds < asked.rounds; rounds++) {
      const began = performance.now();
      if (rounds > 0 && began + longest > deadline) break;
      for (const [concurrency, rates] of measured) {
        for (const contestant of contestants) {
          const rate = await turn(client, contestant, concurrency, asked.count);
          rates.get(contestant.name)!.push(rate);
        }
      }
      longest = Math.max(longest, performance.now() - began);
      asked.progress?.(`jobs: round ${rounds + 1} of ${asked.rounds}`);
    }
    const rows = [...measured].map(([each, rates]) => [String(each), ...figuresOf(rates)]);
    const names = contestants.map(({ name }) => `${name}, jobs/s`);
    return {
      table: table(['jobs at once', 'jobs / the better of the two', ...names], rows),
      rounds,
    };
  } finally {
    for (const contestant of contestants) await contestant.close();
    await client.end();
  }
}

/** Enqueues the jobs, then works them; jobs per second from the first handler to the last. */
async function turn(
  client: Client,
  contestant: JobContestant,
  concurrency: number,
  count: number,
): Promise<number> {
  await contestant.enqueue(count);
  await client.query(`VACUUM (ANALYZE) ${contestant.tables}`);
  await client.query('CHECKPOINT');
  let ran = 0;
  let first = 0;
  let last = 0;
  let finish: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (finish = resolve));
  const note = (): void => {
    last = performance.now();
    if (ran === 0) first = last;
    ran += 1;
    if (ran === count) finish();
  };
  await contestant.work(concurrency, note, done);
  assert.equal(ran, count, `${contestant.name} ran ${ran} of ${count} jobs.`);
  assert.equal(await contestant.left(), 0, `${contestant.name} has not recorded all results.`);
  return ((count - 1) / (last - first)) * 1000;
}

/** The ratio to the better of the others, taken of each round, with its spread; then the median rates. */
function figuresOf(rates: Rates): string[] {
  const [own = [], ...others] = [...rates.values()];
  const best = others.map(median).reduce((a, b) => Math.max(a, b));
  const better = others.find((each) => median(each) === best)!;
  const ratios = own.map((rate, round) => rate / better[round]!);
  return [
    `**${median(ratios).toFixed(2)}** (${spreadOf(ratios)})`,
    ...[...rates.values()].map((each) => median(each).toFixed(0)),
  ];
}

function table(head: readonly string[], rows: readonly string[][]): string {
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}
