import { type Actor } from '../../kernel/actor.js';
import { type RegisteredAction } from './delivery-action.registry.js';
import { type ExecutionRecord, type FoundPress } from './executions.repository.js';
import { type Beginning, finishedAt } from './press.js';
import { fingerprint } from './request-fingerprint.js';

/** The result of an undo. */
export interface UndoAnswer {
  /** Id of the undo's own execution. */
  readonly executionId: string;
  /** True when the press had been taken back already. */
  readonly replayed: boolean;
}

/** An undo that passed its checks. */
export interface RunningUndo {
  readonly executionId: string;
  readonly press: FoundPress;
  readonly action: RegisteredAction;
  readonly actor: Actor;
  /** An actor object for this undo only: it identifies another transaction that the action begins. */
  readonly actorInside: Actor;
  /** Set when the action's own undo begins: from then on, a failure is recorded. */
  began?: Beginning;
}

/** The execution of an undo that has ended, without an error. */
export function undoRecordOf(
  { executionId, press, actor }: RunningUndo,
  began: Beginning,
  { status, changes, meta }: Pick<ExecutionRecord, 'status' | 'changes' | 'meta'>,
): ExecutionRecord {
  return {
    id: executionId,
    nextActionId: press.nextActionId,
    actionKey: press.actionKey,
    status,
    startedAt: began.at,
    finishedAt: finishedAt(began),
    errorCode: null,
    errorMessage: null,
    input: null,
    changes,
    meta,
    actorId: actor.id,
    requestHash: fingerprint({ ...press, input: { undoes: press.id } }),
    undoesId: press.id,
  };
}
