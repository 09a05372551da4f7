import { join } from 'node:path';
import { Cluster } from './cluster.js';
import { type Drill, type DrillContext, type Finding } from './drill.js';
import { seconds } from './findings.js';
import { JobWorkers } from './job-workers.js';
import { direct } from '../under-load/journal.js';
import { auditJobs, jobsEnd } from './jobs-audit.js';

const TYPE = 'chaos.number';
const WORKERS = 2;
const JOBS_AT_ONCE = 16;
const WITHIN_MS = 20 * 60_000;

const ENQUEUE = `
  INSERT INTO jobs (id, type, payload, run_after, created_at)
  SELECT gen_random_uuid(), $1, jsonb_build_object('n', n), now(), now()
  FROM generate_series(1, $2::int) AS n`;

/** Two workers share many jobs, and run each of them exactly once. */
export const JOBS_ONCE: Drill = {
  name: 'jobs',
  title: 'two workers share 100,000 jobs and run each of them once',
  run,
};

async function run({ folder, quick, progress }: DrillContext): Promise<Finding> {
  const count = quick ? 1000 : 100_000;
  const cluster = await Cluster.create(join(folder, 'database'));
  await cluster.start();
  const workers = new JobWorkers(folder, cluster.url);
  try {
    await workers.prepare();
    return await direct(cluster.url, async (client) => {
      await client.query(ENQUEUE, [TYPE, count]);
      const began = performance.now();
      const started = await Promise.all(
        Array.from({ length: WORKERS }, () => workers.start(JOBS_AT_ONCE)),
      );
      const faults: string[] = [];
      if (!(await jobsEnd(client, WITHIN_MS, (left) => progress(`${left} jobs left`)))) {
        faults.push('The jobs did not end.');
      }
      const tookMs = performance.now() - began;
      if (started.some(({ ended }) => ended)) faults.push('A worker ended.');
      const runs = workers.runs();
      const audited = await auditJobs(client, TYPE, runs);
      // Nothing was killed: a second attempt of a job is one too many.
      const doubled = audited.doubled + audited.workersLost;
      const ran = new Set(runs.map(({ jobId }) => jobId)).size;
      const lost = Math.max(audited.lost, count - ran);
      return {
        tally: { tried: count, lost, doubled, withoutEvent: audited.withoutEvent, other: 0 },
        notes: [`${runs.length} runs by ${WORKERS} workers in ${seconds(tookMs)}`],
        faults: [...audited.faults, ...faults],
      };
    });
  } finally {
    await workers.end();
    await cluster.stop();
  }
}
