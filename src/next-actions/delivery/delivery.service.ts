import { Inject, Injectable } from '@nestjs/common';
import { ENV, type Env } from '../../config/env.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { NextActionTurns } from '../model/next-action-turns.js';
import { statementLimitMs } from './action-runner.js';
import { DeliveryActionRegistry } from './delivery-action.registry.js';
import { failureAnswer, failureOf, isFailureOfAction } from './delivery.errors.js';
import { FailedExecutions, WITHOUT_EFFECT } from './failed-executions.js';
import { lostKeyRace } from './idempotency-keys.js';
import { observedPress } from './observed-press.js';
import { PressAttempt } from './press-attempt.js';
import {
  type Press,
  type PressAnswer,
  recordOf,
  type RunningPress,
  runningPress,
} from './press.js';

/** Runs delivery actions: each press once, in one transaction, with its audit row and its event. */
@Injectable()
export class DeliveryService {
  constructor(
    private readonly registry: DeliveryActionRegistry,
    private readonly attempt: PressAttempt,
    private readonly failed: FailedExecutions,
    private readonly transactions: TransactionRunner,
    private readonly turns: NextActionTurns,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /**
   * Presses a button. Throws a DomainError: 400 for an unknown action or bad input, 403 without the action's
   * permission, 404 without the NBA or for one that the actor may not see,
   * 409 when it is not open, 422 for a reused key, 500 with the execution's id when the action threw or ran
   * out of time, 503 with it when other requests blocked it.
   */
  async execute(typed: Press): Promise<PressAnswer> {
    this.transactions.assertOutside(typed.actor);
    const running = runningPress(this.registry, typed);
    // Presses of one NBA wait here, not on the row lock with a connection each.
    return observedPress('press', running, () =>
      this.turns.run(running.nextActionId, this.env.lockTimeoutMs, () => this.press(running)),
    );
  }

  private async press(running: RunningPress): Promise<PressAnswer> {
    try {
      return await this.transactions.run((tx) => this.attempt.run(tx, running), {
        retryOn: lostKeyRace,
        caller: running.actor,
        statementMs: statementLimitMs(running.action, this.env),
      });
    } catch (error) {
      const { began, executionId } = running;
      if (!began || !isFailureOfAction(error)) throw error;
      const thrown = failureOf(error);
      const { actor, key } = running;
      const execution = recordOf(running, began, WITHOUT_EFFECT);
      await this.failed.record({ execution, actor, scope: began.scope, thrown, key });
      throw failureAnswer(`The action "${running.actionKey}"`, thrown, executionId);
    }
  }
}
