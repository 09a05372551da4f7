import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { LOGGER } from '../../logging/logger.js';
import { ENV, type Env } from '../../config/env.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { NextActionTurns } from '../model/next-action-turns.js';
import { statementLimitMs } from './action-runner.js';
import { DeliveryActionRegistry } from './delivery-action.registry.js';
import { eventFieldsOf } from './delivery-events.js';
import {
  failedPress,
  failureOf,
  isFailureOfAction,
  isRefusal,
  reportOf,
} from './delivery.errors.js';
import { ExecutionsRepository } from './executions.repository.js';
import { IdempotencyKeys, lostKeyRace } from './idempotency-keys.js';
import { PressAttempt } from './press-attempt.js';
import {
  type Beginning,
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
    private readonly executions: ExecutionsRepository,
    private readonly keys: IdempotencyKeys,
    private readonly transactions: TransactionRunner,
    private readonly turns: NextActionTurns,
    @Inject(ENV) private readonly env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
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
    return this.turns.run(running.nextActionId, this.env.lockTimeoutMs, () => this.press(running));
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
      await this.recordFailure(running, began, thrown).catch((unrecorded: unknown) => {
        // The log line of the request has only the second error.
        this.logger.error({ executionId, err: thrown }, 'a failed press could not be recorded');
        throw unrecorded;
      });
      throw failedPress(running.actionKey, thrown, executionId);
    }
  }

  /** Records the failed press, in a transaction of its own: the action's was rolled back. */
  private async recordFailure(
    running: RunningPress,
    began: Beginning,
    thrown: unknown,
  ): Promise<void> {
    const { code, message } = reportOf(thrown);
    const { executionId, requestHash, key } = running;
    const record = recordOf(running, began, {
      status: 'failed',
      changes: {},
      meta: {},
      errorCode: code,
      errorMessage: message,
    });
    await this.transactions.run((tx) => {
      this.executions.record(tx, record);
      if (key) this.keys.rememberFailed(tx, key, { executionId, requestHash });
      tx.publish('nba.delivery.failed', {
        ...eventFieldsOf(record, running.actor, began.scope),
        status: 'failed',
        ...(isRefusal(thrown) ? { level: 'info' } : {}),
        errorCode: code,
        errorMessage: message,
        meta: { executionId: record.id, actionKey: record.actionKey },
      });
      return Promise.resolve();
    });
  }
}
