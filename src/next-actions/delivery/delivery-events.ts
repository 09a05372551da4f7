import { type Actor, causedBy } from '../../kernel/actor.js';
import { type Scope } from '../../kernel/scope.js';
import { type DomainEvents } from '../../events/domain-events.js';
import { type ExecutionRecord } from './executions.repository.js';

/** The fields that the events of executions share. */
export function eventFieldsOf(
  execution: ExecutionRecord,
  actor: Actor,
  scope: Scope,
): Omit<DomainEvents['nba.delivery.executed'], 'status' | 'meta'> {
  return {
    ...causedBy(actor),
    sourceType: 'next_action',
    sourceId: execution.nextActionId,
    scope,
    durationMs: execution.finishedAt.getTime() - execution.startedAt.getTime(),
  };
}
