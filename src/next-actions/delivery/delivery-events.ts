import { type Actor, causedBy } from '../../kernel/actor.js';
import { type Scope } from '../../kernel/scope.js';
import { type ExecutionRecord } from './executions.repository.js';

/** Who caused an event of an execution, about which NBA, and how long it took. */
interface ExecutionEvent extends ReturnType<typeof causedBy> {
  readonly sourceType: string;
  readonly sourceId: string;
  readonly scope: Scope;
  readonly durationMs: number;
}

/** The fields that the events of executions share. */
export function eventFieldsOf(
  execution: ExecutionRecord,
  actor: Actor,
  scope: Scope,
): ExecutionEvent {
  return {
    ...causedBy(actor),
    sourceType: 'next_action',
    sourceId: execution.nextActionId,
    scope,
    durationMs: execution.finishedAt.getTime() - execution.startedAt.getTime(),
  };
}
