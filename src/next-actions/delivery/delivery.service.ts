import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { uuidv7 } from 'uuidv7';
import { type Actor } from '../../kernel/actor.js';
import { ValidationFailedError } from '../../kernel/errors/domain-error.js';
import { isUuid } from '../../kernel/uuid.js';
import { validateAs } from '../../http/validation/validation.js';
import { LOGGER } from '../../logging/logger.js';
import { redactValue } from '../../kernel/redaction/redaction.js';
import { type Scope } from '../../kernel/scope.js';
import { ENV, type Env } from '../../config/env.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { JobsService } from '../../jobs/queue/jobs.service.js';
import { NextActionTurns } from '../model/next-action-turns.js';
import {
  type ExecutionRecord,
  type LockedNextAction,
  NextActionsRepository,
} from '../model/next-actions.repository.js';
import { type DeliveryContext, type DeliveryOutcome } from './delivery-action.js';
import { deliveryTransaction } from './delivery-transaction.js';
import { DeliveryActionRegistry, type RegisteredAction } from './delivery-action.registry.js';
import {
  ActionFailedError,
  ActionTimedOutError,
  failedPress,
  idempotencyKeyReused,
  isFailureOfAction,
  lostKeyRace,
  reportOf,
} from './delivery.errors.js';
import { nextActionNotFound, nextActionNotOpen } from '../model/next-action.errors.js';
import { fingerprint } from './request-fingerprint.js';

/** A press of a button. */
export interface Press {
  readonly nextActionId: string;
  readonly actionKey: string;
  readonly actor: Actor;
  readonly idempotencyKey?: string;
  readonly input?: unknown;
}

/** How a press was answered. */
export interface PressAnswer {
  readonly executionId: string;
  /** True when an earlier execution answers and nothing ran. */
  readonly replayed: boolean;
}

/** A press that passed its checks and is on its way. */
interface RunningPress {
  readonly executionId: string;
  readonly action: RegisteredAction;
  readonly input: object;
  readonly requestHash: string | null;
  /** Set when the action begins: from then on, a failure is the action's and goes on record. */
  began?: Beginning;
}

/** When an action began, by the database's time and this process's clock, and in which scope. */
interface Beginning {
  readonly at: Date;
  readonly clock: number;
  readonly scope: Scope;
}

/** Runs delivery actions: each press once, in one transaction, on record, with its event. */
@Injectable()
export class DeliveryService {
  constructor(
    private readonly registry: DeliveryActionRegistry,
    private readonly repository: NextActionsRepository,
    private readonly transactions: TransactionRunner,
    private readonly jobs: JobsService,
    private readonly turns: NextActionTurns,
    @Inject(ENV) private readonly env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Presses a button. Throws a DomainError: 400 for an unknown action or bad input, 404 without the
   * NBA, 409 when it is not open, 422 for a reused key, 500 with the execution's id when the action
   * threw or ran out of time, 503 with it when others were in its way.
   */
  async execute(typed: Press): Promise<PressAnswer> {
    const action = this.registry.get(typed.actionKey);
    const running: RunningPress = {
      executionId: uuidv7(),
      action,
      input: inputOf(action, typed.input),
      requestHash: typed.idempotencyKey === undefined ? null : fingerprint(typed),
    };
    if (!isUuid(typed.nextActionId)) throw nextActionNotFound();
    // One spelling from here on: the record and its event are looked up by it.
    const press = { ...typed, nextActionId: typed.nextActionId.toLowerCase() };
    // Presses of one NBA wait here, not each with a connection for the lock of its row.
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
      const thrown = error instanceof ActionFailedError ? error.cause : error;
      await this.recordFailure(press, running, began, thrown).catch((unrecorded: unknown) => {
        // The request's line has only the second error.
        const { executionId } = running;
        this.logger.error({ executionId, err: thrown }, 'a failed press is not on record');
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
    const { action, executionId } = running;
    delete running.began;
    const locked = await this.repository.lock(tx, {
      id: press.nextActionId,
      actionKey: press.actionKey,
      dedupeWindowMs: action.dedupeWindowMs,
      timeoutMs: action.timeoutMs,
      key:
        press.idempotencyKey === undefined
          ? undefined
          : { actorId: press.actor.userId, value: press.idempotencyKey },
    });
    if (!locked) throw nextActionNotFound();
    const earlier = earlierAnswer(locked, running.requestHash);
    if (earlier) {
      this.rememberKey(tx, press, running, earlier, locked.keyUses);
      return { executionId: earlier, replayed: true };
    }
    const { nextAction, now } = locked;
    if (!(action.options.worksOn ?? ['queued']).includes(nextAction.status))
      throw nextActionNotOpen(nextAction.status);

    const began = (running.began = {
      at: now,
      clock: performance.now(),
      scope: { entityType: nextAction.entityType, entityId: nextAction.entityId },
    });
    const outcome = await this.runLimited(tx, action, {
      nextAction,
      actor: press.actor,
      now,
      executionId,
      input: running.input,
      tx: deliveryTransaction(tx, this.jobs),
    });
    const meta = redactValue(outcome.meta ?? {}) as object;
    const finished = this.recordOf(press, running, began, {
      status: 'success',
      meta,
      code: null,
      message: null,
    });
    this.repository.record(tx, finished);
    tx.publish('nba.delivery.executed', {
      ...eventFieldsOf(finished, press.actor, began.scope),
      status: 'success',
      meta: { executionId, actionKey: press.actionKey, result: meta },
    });
    return { executionId, replayed: false };
  }

  /** Keeps a key that no execution has, or its retry after the dedupe window would run the action again. */
  private rememberKey(
    tx: Transaction,
    { actor: { userId: actorId }, idempotencyKey: value }: Press,
    { requestHash }: RunningPress,
    executionId: string,
    uses: LockedNextAction['keyUses'],
  ): void {
    if (value === undefined || actorId === null || requestHash === null) return;
    if (uses.some((use) => use.status === 'success')) return;
    this.repository.rememberKey(tx, { actorId, value }, executionId, requestHash);
  }

  /** Runs the action until it ends or its time is over; then its connection is not used again. */
  private async runLimited(
    tx: Transaction,
    action: RegisteredAction,
    context: Omit<DeliveryContext, 'signal'>,
  ): Promise<DeliveryOutcome> {
    const controller = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const timeUp = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => {
        tx.abandon();
        controller.abort(new ActionTimedOutError(action.timeoutMs));
        resolve(undefined);
      }, action.timeoutMs);
    });
    try {
      // An action that is written without types may return nothing.
      const run: Promise<DeliveryOutcome | undefined> = Promise.resolve(
        action.handler.run({ ...context, signal: controller.signal }),
      );
      const outcome = await Promise.race([run, timeUp]);
      if (!tx.abandoned) return outcome ?? {};
    } catch (error) {
      // Whatever the action made of it: a connection that was lost under it is not its fault.
      if (!tx.abandoned) throw tx.connectionError ?? new ActionFailedError(tx.causeOf(error));
    } finally {
      clearTimeout(timer);
    }
    // A statement that is slow was the action's choice; a database that is silent was not.
    await tx.abandoned;
    throw tx.connectionError ?? new ActionFailedError(controller.signal.reason);
  }

  /** The failed press on record, in a transaction of its own: the action's was rolled back. */
  private async recordFailure(
    press: Press,
    running: RunningPress,
    began: Beginning,
    thrown: unknown,
  ): Promise<void> {
    const { code, message } = reportOf(thrown);
    const record = this.recordOf(press, running, began, {
      status: 'failed',
      meta: {},
      code,
      message,
    });
    await this.transactions.run((tx) => {
      this.repository.record(tx, record);
      tx.publish('nba.delivery.failed', {
        ...eventFieldsOf(record, press.actor, began.scope),
        status: 'failed',
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
    end: {
      status: 'success' | 'failed';
      meta: object;
      code: string | null;
      message: string | null;
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
      meta: end.meta,
      actorId: press.actor.userId,
      idempotencyKey: press.idempotencyKey ?? null,
      requestHash: running.requestHash,
    };
  }
}

/** The validated input of a press; throws a 400. */
function inputOf(action: RegisteredAction, input: unknown): object {
  const type = action.options.input;
  if (type) return validateAs(type, input ?? {}, 'input');
  if (input === undefined) return {};
  throw new ValidationFailedError([
    { field: 'input', message: `input is not taken by ${action.options.key}` },
  ]);
}

/** The earlier execution that answers this press, if any; throws a 422 when the key came back changed. */
function earlierAnswer(locked: LockedNextAction, requestHash: string | null): string | undefined {
  if (locked.keyUses.some((use) => use.requestHash !== requestHash)) throw idempotencyKeyReused();
  return locked.keyUses.find((use) => use.status === 'success')?.id ?? locked.repeatOf ?? undefined;
}

function eventFieldsOf(execution: ExecutionRecord, actor: Actor, scope: Scope) {
  return {
    actorId: actor.userId,
    requestId: actor.requestId,
    sourceType: 'next_action',
    sourceId: execution.nextActionId,
    scope,
    durationMs: execution.finishedAt.getTime() - execution.startedAt.getTime(),
  };
}
