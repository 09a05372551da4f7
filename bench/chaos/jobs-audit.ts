import { setTimeout as delay } from 'node:timers/promises';
import { type Client } from 'pg';
import { type Run } from './job-workers.js';

const FAULTS_SHOWN = 5;
const TELL_EVERY_MS = 10_000;

/** What the rows and the journal say of the jobs. The counts are those of a Tally. */
export interface JobsAudited {
  readonly lost: number;
  readonly doubled: number;
  readonly withoutEvent: number;
  readonly faults: readonly string[];
  readonly jobs: number;
  /** Attempts of workers that were killed. */
  readonly workersLost: number;
}

const UNFINISHED = `
  SELECT count(*)::int AS count FROM jobs WHERE state IN ('waiting', 'retrying', 'running')`;

const JOBS = `
  SELECT job.id, job.state, count(*) FILTER (WHERE ended.status = 'succeeded')::int AS succeeded,
    COALESCE(array_agg(ended.attempt) FILTER (WHERE ended.attempt IS NOT NULL), '{}') AS attempts
  FROM jobs AS job LEFT JOIN job_attempts AS ended ON ended.job_id = job.id
  WHERE job.type = $1 GROUP BY job.id`;

const FAILED = `
  SELECT ended.job_id AS id, ended.attempt, ended.error_code AS code, count(event.id)::int AS events
  FROM job_attempts AS ended JOIN jobs AS job ON job.id = ended.job_id AND job.type = $1
  LEFT JOIN ops_events AS event ON event.event_key = 'job.failed'
    AND event.source_id = ended.job_id::text AND (event.meta ->> 'attempt')::int = ended.attempt
  WHERE ended.status <> 'succeeded' GROUP BY ended.job_id, ended.attempt`;

/** Waits until every job has ended; false if that takes longer than `withinMs`. */
export async function jobsEnd(
  client: Client,
  withinMs: number,
  progress: (left: number) => void,
): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  let told = Date.now();
  while (Date.now() < deadline) {
    const left = (await client.query<{ count: number }>(UNFINISHED)).rows[0]!.count;
    if (left === 0) return true;
    if (Date.now() - told > TELL_EVERY_MS) {
      told = Date.now();
      progress(left);
    }
    await delay(250);
  }
  return false;
}

/**
 * Every job of the type is completed, by one successful attempt. No attempt ran twice, each that ran is on
 * record, and a further one only follows one that was lost with its worker, which left an event.
 */
export async function auditJobs(
  client: Client,
  type: string,
  runs: readonly Run[],
): Promise<JobsAudited> {
  const counts = { lost: 0, doubled: 0, withoutEvent: 0 };
  const faults: string[] = [];
  const add = (count: keyof typeof counts, fault: string): void => {
    counts[count] += 1;
    if (faults.length < FAULTS_SHOWN) faults.push(fault);
  };
  const { rows: jobs } = await client.query<{
    id: string;
    state: string;
    succeeded: number;
    attempts: number[];
  }>(JOBS, [type]);
  const times = new Map<string, number>();
  for (const { jobId, attempt } of runs) {
    const run = `${jobId} ${attempt}`;
    times.set(run, (times.get(run) ?? 0) + 1);
  }
  for (const [run, count] of times) {
    if (count > 1) add('doubled', `Attempt ${run} ran ${count} times.`);
  }
  for (const { id, state, succeeded, attempts } of jobs) {
    if (state !== 'completed') add('lost', `Job ${id} is ${state}.`);
    else if (succeeded !== 1) add('doubled', `Job ${id} succeeded ${succeeded} times.`);
    for (const attempt of attempts) times.delete(`${id} ${attempt}`);
  }
  for (const run of times.keys()) add('doubled', `Attempt ${run} ran and is not on record.`);
  const { rows: failed } = await client.query<{
    id: string;
    attempt: number;
    code: string;
    events: number;
  }>(FAILED, [type]);
  for (const { id, attempt, code, events } of failed) {
    if (code !== 'WORKER_LOST') add('doubled', `Attempt ${id} ${attempt} ended as ${code}.`);
    if (events === 0) add('withoutEvent', `Attempt ${id} ${attempt} has no event.`);
    if (events > 1) add('doubled', `Attempt ${id} ${attempt} has ${events} events.`);
  }
  return { ...counts, faults, jobs: jobs.length, workersLost: failed.length };
}
