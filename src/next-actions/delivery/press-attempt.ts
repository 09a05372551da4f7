import { Injectable } from '@nestjs/common';
import { ACTIONS } from '../../kernel/observation/operations.js';
import { recordedValue } from '../../kernel/redaction/redaction.js';
import { grantOf } from '../../database/sql/scope-condition.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { JobsService } from '../../jobs/queue/jobs.service.js';
import { DeskRefresh } from '../../work-items/desk-refresh.js';
import { recordChanges } from '../model/next-action.changes.js';
import { nextActionNotFound, nextActionNotOpen } from '../model/next-action.errors.js';
import { runAction } from './action-runner.js';
import { type DeliveryContext } from './delivery-action.js';
import { eventFieldsOf } from './delivery-events.js';
import { deliveryTransaction } from './delivery-transaction.js';
import { idempotencyKeyReused } from './delivery.errors.js';
import { ExecutionsRepository, type LockedNextAction } from './executions.repository.js';
import { IdempotencyKeys } from './idempotency-keys.js';
import { type PressAnswer, recordOf, type RunningPress } from './press.js';

/** What a press does inside its transaction, whether that is then committed or taken back. */
@Injectable()
export class PressAttempt {
  constructor(
    private readonly executions: ExecutionsRepository,
    private readonly keys: IdempotencyKeys,
    private readonly transactions: TransactionRunner,
    private readonly jobs: JobsService,
    private readonly refresh: DeskRefresh,
  ) {}

  /** Locks the NBA, answers by an earlier execution or runs the action, and records what it did. */
  async run(tx: Transaction, running: RunningPress): Promise<PressAnswer> {
    const { action, executionId, requestHash, key } = running;
    delete running.began;
    const locked = await this.executions.lock(tx, {
      id: running.nextActionId,
      actionKey: running.actionKey,
      grant: grantOf(running.actor),
      dedupeWindowMs: action.dedupeWindowMs,
      timeoutMs: action.timeoutMs,
      requestHash,
      key,
    });
    if (!locked) throw nextActionNotFound();
    const { nextAction, now, keyUse } = locked;
    const earlier = earlierAnswer(locked, running);
    if (earlier) {
      // Otherwise a retry after the dedupe window would run the action again.
      if (key && !answers(keyUse)) {
        this.keys.remember(tx, key, { executionId: earlier, requestHash }, keyUse);
      }
      return { executionId: earlier, replayed: true, changes: {}, meta: {} };
    }
    if (!action.worksOn.includes(nextAction.status))
      throw nextActionNotOpen(nextAction.status, action.worksOn);

    const began = (running.began = {
      at: now,
      clock: performance.now(),
      scope: { entityType: nextAction.entityType, entityId: nextAction.entityId },
    });
    const { changes = {}, meta = {} } = await this.transactions.inside(running.actorInside, () =>
      ACTIONS.run(
        { kind: running.preview ? 'preview' : 'press', actionKey: running.actionKey },
        () =>
          runAction(
            tx,
            action.timeoutMs,
            (context: DeliveryContext) => action.handler.run(context),
            {
              nextAction,
              actor: running.actorInside,
              now,
              executionId,
              input: running.validInput,
              preview: running.preview,
              tx: deliveryTransaction(tx, this.jobs, nextAction, running.actor),
            },
          ),
      ),
    );
    if (action.options.refresh) await this.refresh.afterPress(tx, began.scope);
    const finished = recordOf(running, began, {
      status: 'success',
      changes: recordChanges(nextAction, changes),
      meta: recordedValue(meta) as object,
    });
    // It answers further presses, also of an NBA that was closed before its execution was kept.
    const closes = locked.closedBy === null && nextAction.status === action.options.closesAs;
    this.executions.record(tx, finished, { nextAction, closes });
    if (key) this.keys.remember(tx, key, { executionId, requestHash }, keyUse);
    tx.publish('nba.delivery.executed', {
      ...eventFieldsOf(finished, running.actor, began.scope),
      status: 'success',
      meta: {
        executionId,
        actionKey: running.actionKey,
        result: finished.meta,
        changes: finished.changes,
      },
    });
    return { executionId, replayed: false, changes: finished.changes, meta: finished.meta };
  }
}

/**
 * The earlier execution that answers this press, if any; throws a 422 if the key was used for another
 * request.
 */
function earlierAnswer(
  { nextAction, closedBy, repeatOf, keyUse }: LockedNextAction,
  { action, requestHash }: RunningPress,
): string | undefined {
  if (keyUse && !keyUse.expired && keyUse.requestHash !== requestHash) throw idempotencyKeyReused();
  if (answers(keyUse)) return keyUse?.executionId;
  const { closesAs } = action.options;
  if (closedBy !== null && nextAction.status === closesAs) return closedBy;
  return repeatOf ?? undefined;
}

/** Whether the earlier use of the key answers: only a success, until the key expires. */
function answers(use: LockedNextAction['keyUse']): boolean {
  return use?.status === 'success' && !use.expired;
}
