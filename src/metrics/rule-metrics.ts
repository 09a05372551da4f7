import { Counter, Histogram, type Registry } from 'prom-client';
import { RULE_RUNS } from '../kernel/observation/operations.js';
import { type End, timed } from './observed.js';

/** In seconds. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];

/** Counts runs of the rules and computations of scores: requests, presses and jobs cause them. */
export function observeRuleRuns(registry: Registry): End {
  const registers = [registry];
  const runs = new Counter({
    name: 'nba_rule_runs_total',
    help: 'Runs of the rules in a scope: risk, next_actions or score; by outcome: succeeded or failed.',
    labelNames: ['rules', 'outcome'],
    registers,
  });
  const durations = new Histogram({
    name: 'nba_rule_run_duration_seconds',
    help: 'Time from the lock of the scope to the write of what the rules found.',
    labelNames: ['rules'],
    buckets: BUCKETS,
    registers,
  });
  return RULE_RUNS.observe(({ rules }, work) =>
    timed(work, (seconds, failure) => {
      runs.inc({ rules, outcome: failure ? 'failed' : 'succeeded' });
      durations.observe({ rules }, seconds);
    }),
  );
}
