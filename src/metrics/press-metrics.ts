import { Counter, Histogram, type Registry } from 'prom-client';
import { toDomainError } from '../http/problems/problem.js';
import { type Failure } from '../kernel/observation/operation.js';
import { PRESSES, type PressFacts } from '../kernel/observation/operations.js';
import { BoundedLabel } from './bounded-label.js';
import { type End, timed } from './observed.js';

/** How a press ended. Source: docs/operations.md. */
const OUTCOMES = ['executed', 'replayed', 'refused', 'failed', 'unavailable'] as const;
type Outcome = (typeof OUTCOMES)[number];

/** More than anybody has buttons; an undo may be of an action whose code was removed. */
const MAX_ACTIONS = 200;

/** In seconds. */
const BUCKETS = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

/** Counts presses, undos and previews. */
export class PressMetrics {
  private readonly actions = new BoundedLabel(MAX_ACTIONS);
  private readonly presses: Counter<'action' | 'kind' | 'outcome'>;
  private readonly durations: Histogram<'action' | 'kind'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.presses = new Counter({
      name: 'nba_presses_total',
      help: 'Presses, undos and previews (kind) of a known action that ended, by outcome: executed, replayed (an earlier execution answered), refused (4xx), failed (500) or unavailable (503).',
      labelNames: ['action', 'kind', 'outcome'],
      registers,
    });
    this.durations = new Histogram({
      name: 'nba_press_duration_seconds',
      help: 'Time from the look-up of the action to the commit, with the wait for other presses of the next best action.',
      labelNames: ['action', 'kind'],
      buckets: BUCKETS,
      registers,
    });
  }

  /** Shows the presses of these actions from 0 on: a rate needs the value before the first press. */
  begin(keys: readonly string[]): void {
    for (const key of keys) {
      const action = this.actions.of(key);
      for (const outcome of OUTCOMES) this.presses.inc({ action, kind: 'press', outcome }, 0);
    }
  }

  /** Begins to count; returns how to end that. */
  observe(): End {
    return PRESSES.observe((facts, work) =>
      timed(work, (seconds, failure) => {
        const { kind } = facts;
        const action = this.actions.of(facts.actionKey);
        this.presses.inc({ action, kind, outcome: outcomeOf(facts, failure) });
        this.durations.observe({ action, kind }, seconds);
      }),
    );
  }
}

function outcomeOf({ replayed }: PressFacts, failure: Failure | undefined): Outcome {
  if (!failure) return replayed === true ? 'replayed' : 'executed';
  const { status } = toDomainError(failure.error);
  if (status === 503) return 'unavailable';
  return status < 500 ? 'refused' : 'failed';
}
