import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { uuidv7 } from 'uuidv7';
import { type Actor, causedBy } from '../../kernel/actor.js';
import { recordedInput, recordedValue } from '../../kernel/redaction/redaction.js';
import { permissionDenied } from '../../kernel/permissions.errors.js';
import { grantOf } from '../../database/sql/scope-condition.js';
import { type Scope } from '../../kernel/scope.js';
import { isUuid } from '../../kernel/uuid.js';
import { LOGGER } from '../../logging/logger.js';
import { ENV, type Env } from '../../config/env.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { JobsService } from '../../jobs/queue/jobs.service.js';
import { DeskRefresh } from '../../work-items/desk-refresh.js';
import { recordChanges } from '../model/next-action.changes.js';
import {
  duplicateQueuedOr,
  nextActionNotFound,
  nextActionNotOpen,
} from '../model/next-action.errors.js';
import { NextActionTurns } from '../model/next-action-turns.js';
import { inputOf } from './action-input.js';
import { runAction } from './action-runner.js';
import { DeliveryActionRegistry, type RegisteredAction } from './delivery-action.registry.js';
import { deliveryTransaction } from './delivery-transaction.js';
import {
  ActionFailedError,
  failedPress,
  idempotencyKeyReused,
  isFailureOfAction,
  isRefusal,
  reportOf,
} from './delivery.errors.js';
import {
  type ExecutionRecord,
  ExecutionsRepository,
  type LockedNextAction,
} from './executions.repository.js';
import { IdempotencyKeys, lostKeyRace, type PressKey } from './idempotency-keys.js';
import { fingerprint } from './request-fingerprint.js';

/** A press of a button. */
export interface Press {
  readonly nextActionId: string;
  readonly actionKey: string;
  readonly actor: Actor;
  readonly idempotencyKey?: string;
  readonly input?: unknown;
}

/** The result of a press. */
export interface PressAnswer {
  readonly executionId: string;
  /** True when an earlier execution answers and nothing ran. */
  readonly replayed: boolean;
}

/** A press that passed its checks. */
interface RunningPress {
  readonly executionId: string;
  readonly action: RegisteredAction;
  /** What the client sent, validated; an empty object for nothing. */
  readonly input: object;
  readonly requestHash: string;
  readonly key: PressKey | undefined;
  /** An actor object for this press only: it identifies another transaction that the action begins. */
  readonly actor: Actor;
  /** Set when the action begins: from then on, a failure is recorded. */
  began?: Beginning;
}

/** When an action began, by the database's time and by this process's clock, and in which scope. */
interface Beginning {
  readonly at: Date;
  readonly clock: number;
  readonly scope: Scope;
}

/** Runs delivery actions: each press once, in one transaction, with its audit row and its event. */
@Injectable()
export class DeliveryService {
  constructor(
    private readonly registry: DeliveryActionRegistry,
    private readonly executions: ExecutionsRepository,
    private readonly keys: IdempotencyKeys,
    private readonly transactions: TransactionRunner,
    private readonly jobs: JobsService,
    private readonly refresh: DeskRefresh,
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
    const action = this.registry.get(typed.actionKey);
    const { id: actorId, permissions } = typed.actor;
    if (!permissions.has(action.permission)) throw permissionDenied(action.permission);
    const running: RunningPress = {
      executionId: uuidv7(),
      action,
      input: inputOf(action, typed.input),
      requestHash: fingerprint({ ...typed, actionKey: action.options.key }),
      key:
        typed.idempotencyKey === undefined || actorId === null
          ? undefined
          : { actorId, value: typed.idempotencyKey },
      actor: { ...typed.actor },
    };
    if (!isUuid(typed.nextActionId)) throw nextActionNotFound();
    // Lower case from here on: executions and events are found by it.
    const press = {
      ...typed,
      nextActionId: typed.nextActionId.toLowerCase(),
      // An alias is on record under its key.
      actionKey: action.options.key,
    };
    // Presses of one NBA wait here, not on the row lock with a connection each.
    return this.turns.run(press.nextActionId, this.env.lockTimeoutMs, () =>
      this.press(press, running),
    );
  }

  private async press(press: Press, running: RunningPress): Promise<PressAnswer> {
    try {
      return await this.transactions.run((tx) => this.attempt(tx, press, running), {
        retryOn: lostKeyRace,
        caller: press.actor,
        statementMs: Math.max(running.action.timeoutMs, this.env.statementTimeoutMs),
      });
    } catch (error) {
      const { began } = running;
      if (!began || !isFailureOfAction(error)) throw error;
      const thrown = duplicateQueuedOr(error instanceof ActionFailedError ? error.cause : error);
      await this.recordFailure(press, running, began, thrown).catch((unrecorded: unknown) => {
        // The log line of the request has only the second error.
        const { executionId } = running;
        this.logger.error({ executionId, err: thrown }, 'a failed press could not be recorded');
        throw unrecorded;
      });
      throw failedPress(press.actionKey, running.executionId, thrown);
    }
  }

  private async attempt(
    tx: Transaction,
    press: Press,
    running: RunningPress,
  ): Promise<PressAnswer> {
    const { action, executionId, requestHash, key } = running;
    delete running.began;
    const locked = await this.executions.lock(tx, {
      id: press.nextActionId,
      actionKey: press.actionKey,
      grant: grantOf(press.actor),
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
      return { executionId: earlier, replayed: true };
    }
    if (!action.worksOn.includes(nextAction.status))
      throw nextActionNotOpen(nextAction.status, action.worksOn);

    const began = (running.began = {
      at: now,
      clock: performance.now(),
      scope: { entityType: nextAction.entityType, entityId: nextAction.entityId },
    });
    const { changes = {}, meta = {} } = await this.transactions.inside(running.actor, () =>
      runAction(tx, action, {
        nextAction,
        actor: running.actor,
        now,
        executionId,
        input: running.input,
        tx: deliveryTransaction(tx, this.jobs, nextAction),
      }),
    );
    if (action.options.refresh) await this.refresh.afterPress(tx, began.scope);
    const finished = this.recordOf(press, running, began, {
      status: 'success',
      changes: recordChanges(nextAction, changes),
      meta: recordedValue(meta) as object,
      code: null,
      message: null,
    });
    // It answers further presses, also of an NBA that was closed before its execution was kept.
    const closes = locked.closedBy === null && nextAction.status === action.options.closesAs;
    this.executions.record(tx, finished, { nextAction, closes });
    if (key) this.keys.remember(tx, key, { executionId, requestHash }, keyUse);
    tx.publish('nba.delivery.executed', {
      ...eventFieldsOf(finished, press.actor, began.scope),
      status: 'success',
      meta: {
        executionId,
        actionKey: press.actionKey,
        result: finished.meta,
        changes: finished.changes,
      },
    });
    return { executionId, replayed: false };
  }

  /** Records the failed press, in a transaction of its own: the action's was rolled back. */
  private async recordFailure(
    press: Press,
    running: RunningPress,
    began: Beginning,
    thrown: unknown,
  ): Promise<void> {
    const { code, message } = reportOf(thrown);
    const { executionId, requestHash, key } = running;
    const record = this.recordOf(press, running, began, {
      status: 'failed',
      changes: {},
      meta: {},
      code,
      message,
    });
    await this.transactions.run((tx) => {
      this.executions.record(tx, record);
      if (key) this.keys.rememberFailed(tx, key, { executionId, requestHash });
      tx.publish('nba.delivery.failed', {
        ...eventFieldsOf(record, press.actor, began.scope),
        status: 'failed',
        ...(isRefusal(thrown) ? { level: 'info' } : {}),
        errorCode: code,
        errorMessage: message,
        meta: { executionId: record.id, actionKey: record.actionKey },
      });
      return Promise.resolve();
    });
  }

  private recordOf(
    press: Press,
    running: RunningPress,
    began: Beginning,
    end: Pick<ExecutionRecord, 'status' | 'changes' | 'meta'> & {
      readonly code: string | null;
      readonly message: string | null;
    },
  ): ExecutionRecord {
    return {
      id: running.executionId,
      nextActionId: press.nextActionId,
      actionKey: press.actionKey,
      status: end.status,
      startedAt: began.at,
      finishedAt: new Date(began.at.getTime() + (performance.now() - began.clock)),
      errorCode: end.code,
      errorMessage: end.message,
      input: press.input === undefined ? null : (recordedInput(press.input) as object),
      changes: end.changes,
      meta: end.meta,
      actorId: press.actor.id,
      requestHash: running.requestHash,
    };
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

function eventFieldsOf(execution: ExecutionRecord, actor: Actor, scope: Scope) {
  return {
    ...causedBy(actor),
    sourceType: 'next_action',
    sourceId: execution.nextActionId,
    scope,
    durationMs: execution.finishedAt.getTime() - execution.startedAt.getTime(),
  };
}
