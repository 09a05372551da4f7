import { Injectable } from '@nestjs/common';
import { ACTIONS } from '../../kernel/observation/operations.js';
import { recordedValue } from '../../kernel/redaction/redaction.js';
import { grantOf } from '../../database/sql/scope-condition.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { JobsService } from '../../jobs/queue/jobs.service.js';
import { DeskRefresh } from '../../work-items/desk-refresh.js';
import { changedSince, holds, recordChanges, valuesBefore } from '../model/next-action.changes.js';
import { type NextAction } from '../model/next-action.js';
import { runAction } from './action-runner.js';
import { notUndoable, type UndoContext, type UndoOutcome } from './delivery-action.js';
import { eventFieldsOf } from './delivery-events.js';
import { deliveryTransaction } from './delivery-transaction.js';
import { ExecutionsRepository, type ExecutionToUndo } from './executions.repository.js';
import { executionNotFound, executionSuperseded, undoExpired } from './undo.errors.js';
import { type RunningUndo, type UndoAnswer, undoRecordOf } from './undo.js';

/** How long after its begin a press can be taken back, in ms. */
export const UNDO_WINDOW_MS = 10 * 60_000;

/** What an undo does inside its transaction. */
@Injectable()
export class UndoAttempt {
  constructor(
    private readonly executions: ExecutionsRepository,
    private readonly transactions: TransactionRunner,
    private readonly jobs: JobsService,
    private readonly refresh: DeskRefresh,
  ) {}

  /** Locks the NBA, checks that the press may be taken back, restores the NBA and records that. */
  async run(tx: Transaction, running: RunningUndo): Promise<UndoAnswer> {
    const { action, actor, executionId, press } = running;
    const { timeoutMs } = action;
    delete running.began;
    const locked = await this.executions.lockToUndo(tx, {
      press,
      timeoutMs,
      grant: grantOf(actor),
    });
    if (!locked) throw executionNotFound();
    const { nextAction, execution } = locked;
    if (execution.undoneBy !== null) return { executionId: execution.undoneBy, replayed: true };
    assertUndoable(execution, running);
    await this.assertUnchanged(tx, running, nextAction, execution);

    const { entityType, entityId } = nextAction;
    const scope = { entityType, entityId };
    const began = (running.began = { at: execution.now, clock: performance.now(), scope });
    const { meta = {} } = await this.takeBack(tx, running, nextAction, execution);
    if (action.options.refresh) await this.refresh.afterPress(tx, scope);
    const finished = undoRecordOf(running, began, {
      status: 'success',
      changes: recordChanges(nextAction, valuesBefore(execution.changes)),
      meta: recordedValue(meta) as object,
    });
    this.executions.record(tx, finished, { nextAction, closes: false });
    this.executions.markUndone(tx, press, execution.now);
    tx.publish('nba.delivery.undone', {
      ...eventFieldsOf(finished, actor, scope),
      status: 'success',
      meta: {
        executionId,
        undoesId: press.id,
        actionKey: press.actionKey,
        result: finished.meta,
        changes: finished.changes,
      },
    });
    return { executionId, replayed: false };
  }

  /** Calls the action's own undo, if it declares one. */
  private async takeBack(
    tx: Transaction,
    { action, actor, actorInside, executionId, press }: RunningUndo,
    nextAction: NextAction,
    { now, actorId, startedAt, input, meta }: ExecutionToUndo,
  ): Promise<UndoOutcome> {
    const { handler, timeoutMs } = action;
    if (!handler.undo) return {};
    const undone = { executionId: press.id, actorId, startedAt, input, meta: { ...meta } };
    return this.transactions.inside(actorInside, () =>
      ACTIONS.run({ kind: 'undo', actionKey: press.actionKey }, () =>
        runAction(tx, timeoutMs, (context: UndoContext) => handler.undo?.(context) ?? {}, {
          nextAction,
          actor: actorInside,
          now,
          executionId,
          undone,
          tx: deliveryTransaction(tx, this.jobs, nextAction, actor),
        }),
      ),
    );
  }

  private async assertUnchanged(
    tx: Transaction,
    { press }: RunningUndo,
    nextAction: NextAction,
    { changes, startedAt }: ExecutionToUndo,
  ): Promise<void> {
    const fields = changedSince(nextAction, changes);
    if (fields.length === 0) return;
    const later = await this.executions.changesSince(tx, press, startedAt, fields);
    throw executionSuperseded(
      fields.map((field) => {
        // A later execution is the cause only if what it left is still there.
        const by = later.find((one) => one.field === field && holds(nextAction, field, one.to));
        return { field, executionId: by?.id ?? null, actionKey: by?.actionKey ?? null };
      }),
    );
  }
}

function assertUndoable(
  { status, undoesId, startedAt, now }: ExecutionToUndo,
  { action, press }: RunningUndo,
): void {
  if (undoesId !== null) throw notUndoable('This is an undo itself: press the button again.');
  if (status !== 'success') throw notUndoable('The press failed and had no effect.');
  if (!action.undo) throw notUndoable(`The action "${press.actionKey}" can not be taken back.`);
  if (now.getTime() - startedAt.getTime() > UNDO_WINDOW_MS) throw undoExpired(UNDO_WINDOW_MS);
}
