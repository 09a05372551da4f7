import { context, type Tracer } from '@opentelemetry/api';
import { ACTIONS, PRESSES, RULE_RUNS } from '../kernel/observation/operations.js';
import { inSpan, noteThrown } from './traced-work.js';

/** A span for each press, undo and preview, from its look-up to the commit, with its outcome. */
export function tracePresses(tracer: Tracer): () => void {
  return PRESSES.observe((facts, work) => {
    const { kind, actionKey, nextActionId, executionId } = facts;
    const span = tracer.startSpan(`${kind} ${actionKey}`, {
      attributes: {
        'nba.action_key': actionKey,
        'nba.next_action_id': nextActionId,
        // Of a replay, that of the execution that answered; of a preview nothing is on record.
        ...(kind === 'preview' ? {} : { 'nba.execution_id': executionId }),
      },
    });
    return inSpan(span, context.active(), work, (failure) => {
      const done = facts.replayed === true ? 'replayed' : 'executed';
      const outcome = failure ? noteThrown(span, failure.error) : done;
      span.setAttribute('nba.outcome', outcome);
      if (facts.answeredBy !== undefined) span.setAttribute('nba.execution_id', facts.answeredBy);
    });
  });
}

/** A span for the code of each action, or its undo: spans that it starts itself are below it. */
export function traceActions(tracer: Tracer): () => void {
  return ACTIONS.observe(({ kind, actionKey }, work) => {
    const name = kind === 'undo' ? `undo of action ${actionKey}` : `action ${actionKey}`;
    const span = tracer.startSpan(name, { attributes: { 'nba.action_key': actionKey } });
    return inSpan(span, context.active(), work, (failure) => {
      if (failure) noteThrown(span, failure.error);
    });
  });
}

/** A span for each run of rules and each computation of a score. */
export function traceRuleRuns(tracer: Tracer): () => void {
  return RULE_RUNS.observe(({ rules }, work) => {
    const span = tracer.startSpan(`rules ${rules}`);
    return inSpan(span, context.active(), work, (failure) => {
      if (failure) noteThrown(span, failure.error);
    });
  });
}
