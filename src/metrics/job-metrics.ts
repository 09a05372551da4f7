import { Counter, Histogram, type Registry } from 'prom-client';
import {
  JobInterruptedError,
  JobLeaseLostError,
  JobTimedOutError,
} from '../jobs/queue/jobs.errors.js';
import { type Failure } from '../kernel/observation/operation.js';
import { JOBS } from '../kernel/observation/operations.js';
import { type End, timed } from './observed.js';

/** Jobs take from some ms to many minutes. In seconds. */
const BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900];

/** Counts the attempts of jobs that this process runs. Types have a handler, so there are few. */
export function observeJobs(registry: Registry): End {
  const registers = [registry];
  const attempts = new Counter({
    name: 'nba_job_attempts_total',
    help: 'Attempts of jobs that ended in this process, by outcome: succeeded, failed, timed_out, interrupted (put back by a stop) or lost (another worker took the job over).',
    labelNames: ['type', 'outcome'],
    registers,
  });
  const durations = new Histogram({
    name: 'nba_job_attempt_duration_seconds',
    help: 'Time that the handler of a job ran.',
    labelNames: ['type'],
    buckets: BUCKETS,
    registers,
  });
  const delays = new Histogram({
    name: 'nba_job_claim_delay_seconds',
    help: 'Time from when a job was due to its claim by this worker.',
    labelNames: ['type'],
    buckets: BUCKETS,
    registers,
  });
  return JOBS.observe(({ type, claimDelayMs }, work) => {
    delays.observe({ type }, claimDelayMs / 1000);
    return timed(work, (seconds, failure) => {
      attempts.inc({ type, outcome: outcomeOf(failure) });
      durations.observe({ type }, seconds);
    });
  });
}

function outcomeOf(failure: Failure | undefined): string {
  if (!failure) return 'succeeded';
  const { error } = failure;
  if (error instanceof JobTimedOutError) return 'timed_out';
  if (error instanceof JobInterruptedError) return 'interrupted';
  return error instanceof JobLeaseLostError ? 'lost' : 'failed';
}
