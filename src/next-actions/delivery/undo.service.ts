import { Inject, Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { type Actor } from '../../kernel/actor.js';
import { DomainError } from '../../kernel/errors/domain-error.js';
import { permissionDenied } from '../../kernel/permissions.errors.js';
import { isUuid } from '../../kernel/uuid.js';
import { ENV, type Env } from '../../config/env.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { isDuplicateQueued } from '../model/next-action.errors.js';
import { NextActionTurns } from '../model/next-action-turns.js';
import { statementLimitMs } from './action-runner.js';
import { notUndoable } from './delivery-action.js';
import { DeliveryActionRegistry } from './delivery-action.registry.js';
import { failedUnrecorded, failureOf, isFailureOfAction } from './delivery.errors.js';
import { ExecutionsRepository, type FoundPress } from './executions.repository.js';
import { type RunningUndo, type UndoAnswer } from './undo.js';
import { UndoAttempt } from './undo-attempt.js';
import { executionNotFound, queuedAgain } from './undo.errors.js';

/** Takes presses back: each once, in one transaction, with an execution of its own. */
@Injectable()
export class UndoService {
  constructor(
    private readonly registry: DeliveryActionRegistry,
    private readonly executions: ExecutionsRepository,
    private readonly attempt: UndoAttempt,
    private readonly transactions: TransactionRunner,
    private readonly turns: NextActionTurns,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /**
   * Takes a press of an NBA back. Throws a DomainError: 403 without the action's permission, 404 for an
   * execution that the actor may not see, 409 when it is too late, when something else changed the NBA since,
   * or when the action can't be taken back.
   */
  async undo(nextActionId: string, executionId: string, actor: Actor): Promise<UndoAnswer> {
    const [press] = isUuid(executionId)
      ? await this.executions.findPresses([executionId], actor)
      : [];
    if (press?.nextActionId !== nextActionId.toLowerCase()) throw executionNotFound();
    return this.undoPress(press, actor);
  }

  /** The same for a press that was found already. */
  async undoPress(press: FoundPress, actor: Actor): Promise<UndoAnswer> {
    this.transactions.assertOutside(actor);
    const action = this.registry.find(press.actionKey);
    if (!action) throw notUndoable(`There is no action "${press.actionKey}" any more.`);
    if (!actor.permissions.has(action.permission)) throw permissionDenied(action.permission);
    const running: RunningUndo = {
      executionId: uuidv7(),
      press,
      action,
      actor,
      actorInside: { ...actor },
    };
    return this.turns.run(press.nextActionId, this.env.lockTimeoutMs, () => this.run(running));
  }

  private async run(running: RunningUndo): Promise<UndoAnswer> {
    const { action, actor, press } = running;
    try {
      return await this.transactions.run((tx) => this.attempt.run(tx, running), {
        caller: actor,
        statementMs: statementLimitMs(action, this.env),
      });
    } catch (error) {
      if (isDuplicateQueued(error)) throw queuedAgain();
      if (error instanceof DomainError || !isFailureOfAction(error)) throw error;
      throw failedUnrecorded(`The undo of the action "${press.actionKey}"`, failureOf(error));
    }
  }
}
