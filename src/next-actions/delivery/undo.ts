import { type Actor } from '../../kernel/actor.js';
import { type RegisteredAction } from './delivery-action.registry.js';
import { type FoundPress } from './executions.repository.js';

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
}
