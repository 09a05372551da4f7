import { Inject, Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { type Actor } from '../../kernel/actor.js';
import { permissionDenied } from '../../kernel/permissions.errors.js';
import { isUuid } from '../../kernel/uuid.js';
import { ENV, type Env } from '../../config/env.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { isDuplicateQueued } from '../model/next-action.errors.js';
import { NextActionTurns } from '../model/next-action-turns.js';
import { statementLimitMs } from './action-runner.js';
import { notUndoable } from './delivery-action.js';
import { DeliveryActionRegistry } from './delivery-action.registry.js';
import { failureAnswer, failureOf, isFailureOfAction, isRefusal } from './delivery.errors.js';
import { ExecutionsRepository, type FoundPress } from './executions.repository.js';
import { FailedExecutions, WITHOUT_EFFECT } from './failed-executions.js';
import { observedPress } from './observed-press.js';
import { type RunningUndo, type UndoAnswer, undoRecordOf } from './undo.js';
import { UndoAttempt } from './undo-attempt.js';
import { executionNotFound, queuedAgain } from './undo.errors.js';

/** Takes presses back: each once, in one transaction, with an execution of its own. */
@Injectable()
export class UndoService {
  constructor(
    private readonly registry: DeliveryActionRegistry,
    private readonly executions: ExecutionsRepository,
    private readonly attempt: UndoAttempt,
    private readonly failed: FailedExecutions,
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
    const { actionKey, nextActionId } = press;
    return observedPress('undo', { ...running, actionKey, nextActionId }, () =>
      this.turns.run(nextActionId, this.env.lockTimeoutMs, () => this.run(running)),
    );
  }

  private async run(running: RunningUndo): Promise<UndoAnswer> {
    const { action, actor, press } = running;
    const subject = `The undo of the action "${press.actionKey}"`;
    try {
      return await this.transactions.run((tx) => this.attempt.run(tx, running), {
        caller: actor,
        statementMs: statementLimitMs(action, this.env),
      });
    } catch (error) {
      if (isDuplicateQueued(error)) throw queuedAgain();
      const { began, executionId } = running;
      if (!began || !isFailureOfAction(error)) throw error;
      const thrown = failureOf(error);
      // A refusal is the answer to a question, and leaves the last press of the NBA as it was.
      if (isRefusal(thrown)) throw failureAnswer(subject, thrown);
      const execution = undoRecordOf(running, began, WITHOUT_EFFECT);
      await this.failed.record({ execution, actor, scope: began.scope, thrown });
      throw failureAnswer(subject, thrown, executionId);
    }
  }
}
