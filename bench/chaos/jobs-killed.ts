import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Cluster } from './cluster.js';
import { type Drill, type DrillContext, type Finding } from './drill.js';
import { type JobWorkerProcess, JobWorkers } from './job-workers.js';
import { direct } from '../under-load/journal.js';
import { auditJobs, jobsEnd } from './jobs-audit.js';
import { randomOf } from '../under-load/random.js';

const TYPE = 'chaos.step';
const JOBS_AT_ONCE = 8;
/** Chains of jobs that a round begins, and the length of each: more than the workers run in a round. */
const CHAINS = 60;
const STEPS = 10;
const WITHIN_MS = 10 * 60_000;
const RUNS_WITHIN_MS = 60_000;

const CREATE_EFFECTS = `
  CREATE TABLE chaos_effects (job_id uuid PRIMARY KEY, chain int NOT NULL, step int NOT NULL)`;

const ENQUEUE = `
  INSERT INTO jobs (id, type, payload, dedupe_key, run_after, created_at)
  SELECT gen_random_uuid(), $1, jsonb_build_object('chain', chain, 'step', 1, 'last', $4::int),
    chain || '/1', now(), now()
  FROM generate_series($2::int, $3::int) AS chain`;

/** Every step of every chain has its effect, and none has two. */
const EFFECTS = `
  SELECT (count(*) - count(DISTINCT (chain, step)))::int AS doubled,
    count(DISTINCT (chain, step))::int AS steps
  FROM chaos_effects`;

/** Workers are killed under load, one of two or both, and others are started in their place. */
export const JOBS_KILLED: Drill = {
  name: 'workers',
  title: 'SIGKILL of one of two workers, or of both, while they run jobs that enqueue further jobs',
  run,
};

async function run({ folder, quick, seed, progress }: DrillContext): Promise<Finding> {
  const rounds = quick ? 2 : 30;
  const random = randomOf(seed);
  const cluster = await Cluster.create(join(folder, 'database'));
  await cluster.start();
  const workers = new JobWorkers(folder, cluster.url);
  try {
    await workers.prepare();
    return await direct(cluster.url, async (client) => {
      const faults: string[] = [];
      await client.query(CREATE_EFFECTS);
      let running: JobWorkerProcess[] = await Promise.all([
        workers.start(JOBS_AT_ONCE),
        workers.start(JOBS_AT_ONCE),
      ]);
      for (let round = 1; round <= rounds; round++) {
        const values = [TYPE, (round - 1) * CHAINS + 1, round * CHAINS, STEPS];
        await client.query(ENQUEUE, values);
        if (!(await ranMore(workers))) faults.push(`Round ${round}: no job ran.`);
        await delay(random() * 1500);
        if (running.some(({ ended }) => ended)) faults.push(`Round ${round}: a worker ended.`);
        const killed = running.slice(0, 1 + (round % 2));
        await Promise.all(killed.map((worker) => worker.stop('SIGKILL')));
        const fresh = await Promise.all(killed.map(() => workers.start(JOBS_AT_ONCE)));
        running = [...running.slice(killed.length), ...fresh];
        progress(`round ${round} of ${rounds}, ${workers.runs().length} runs`);
      }
      if (!(await jobsEnd(client, WITHIN_MS, (left) => progress(`${left} jobs left`)))) {
        faults.push('The jobs did not end.');
      }
      const runs = workers.runs();
      const audited = await auditJobs(client, TYPE, runs);
      const { doubled, steps } = (await client.query<{ doubled: number; steps: number }>(EFFECTS))
        .rows[0]!;
      const tried = rounds * CHAINS * STEPS;
      return {
        tally: {
          tried,
          lost: audited.lost + (tried - steps),
          doubled: audited.doubled + doubled,
          withoutEvent: audited.withoutEvent,
          other: 0,
        },
        notes: [
          `${rounds} kills`,
          `${runs.length} runs of ${audited.jobs} jobs, ${audited.workersLost} attempts lost with their workers and made again`,
        ],
        faults: [...audited.faults, ...faults],
      };
    });
  } finally {
    await workers.end();
    await cluster.stop();
  }
}

/** Waits until some more jobs have begun. */
async function ranMore(workers: JobWorkers): Promise<boolean> {
  const before = workers.runs().length;
  const deadline = Date.now() + RUNS_WITHIN_MS;
  while (Date.now() < deadline) {
    if (workers.runs().length >= before + 2 * JOBS_AT_ONCE) return true;
    await delay(100);
  }
  return false;
}
