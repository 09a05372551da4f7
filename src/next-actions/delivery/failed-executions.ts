import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { LOGGER } from '../../logging/logger.js';
import { type Actor } from '../../kernel/actor.js';
import { type Scope } from '../../kernel/scope.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { eventFieldsOf } from './delivery-events.js';
import { isRefusal, reportOf } from './delivery.errors.js';
import { type ExecutionRecord, ExecutionsRepository } from './executions.repository.js';
import { IdempotencyKeys, type PressKey } from './idempotency-keys.js';

/** How an execution without an effect ends. */
export const WITHOUT_EFFECT = { status: 'failed' as const, changes: {}, meta: {} };

/** A press, or an undo, whose action failed. */
export interface FailedExecution {
  /** Its end, without the error. */
  readonly execution: Omit<ExecutionRecord, 'errorCode' | 'errorMessage'>;
  readonly actor: Actor;
  readonly scope: Scope;
  /** What the action threw. */
  readonly thrown: unknown;
  /** The Idempotency-Key of the press, if any. */
  readonly key?: PressKey | undefined;
}

/** Records failed presses and undos. */
@Injectable()
export class FailedExecutions {
  constructor(
    private readonly executions: ExecutionsRepository,
    private readonly keys: IdempotencyKeys,
    private readonly transactions: TransactionRunner,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Records one in a transaction of its own, with its event: the action's was rolled back. */
  async record(failed: FailedExecution): Promise<void> {
    try {
      await this.write(failed);
    } catch (unrecorded) {
      // The log line of the request has only this second error.
      this.logger.error(
        { executionId: failed.execution.id, err: failed.thrown },
        'a failed press could not be recorded',
      );
      throw unrecorded;
    }
  }

  private async write({ execution, actor, scope, thrown, key }: FailedExecution): Promise<void> {
    const { code, message } = reportOf(thrown);
    const record = { ...execution, errorCode: code, errorMessage: message };
    const { id: executionId, actionKey, undoesId, requestHash } = record;
    await this.transactions.run((tx) => {
      this.executions.record(tx, record);
      if (key) this.keys.rememberFailed(tx, key, { executionId, requestHash });
      tx.publish('nba.delivery.failed', {
        ...eventFieldsOf(record, actor, scope),
        status: 'failed',
        ...(isRefusal(thrown) ? { level: 'info' } : {}),
        errorCode: code,
        errorMessage: message,
        meta: { executionId, actionKey, ...(undoesId === null ? {} : { undoesId }) },
      });
      return Promise.resolve();
    });
  }
}
