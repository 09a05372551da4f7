import { SetMetadata, type Type } from '@nestjs/common';
import { type Actor } from '../../kernel/actor.js';
import {
  ConflictError,
  type ErrorCode,
  type ErrorStatus,
} from '../../kernel/errors/domain-error.js';
import { type Permission } from '../../kernel/permissions.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { type JobType } from '../../jobs/handlers/job-types.js';
import { type NewJob } from '../../jobs/queue/jobs.service.js';
import { type DetailField, type NextAction } from '../model/next-action.js';
import { type ActionStyle } from '../model/next-action-button.dto.js';
import { type NextActionChanges } from '../model/next-action.changes.js';
import { type NextActionStatus } from '../model/next-best-action.entity.js';

/**
 * The developers' API of delivery actions: the decorator and its contract. A module that adds an action
 * imports this file and nothing else of next-actions.
 */

/** The NBAs about which an action is: those that one of these rules made, or of one of these source types. */
export interface AppliesTo {
  readonly rules?: readonly string[];
  readonly sourceTypes?: readonly string[];
}

/** Whether an action applies to an NBA, as lists show it: pure, synchronous and cheap. */
export type AppliesToNextAction = (nextAction: Omit<NextAction, DetailField>, now: Date) => boolean;

/** The options of a delivery action. */
export interface DeliveryActionOptions<Input extends object = object> {
  /** Stable name in the API, `snake_case`, unique in the application. */
  readonly key: string;
  /** Further names that a press may use; executions and the catalogue have the key. */
  readonly aliases?: readonly string[];
  /** Text of the button. */
  readonly label: string;
  /** Question to ask before pressing; without it, a client need not ask. */
  readonly confirm?: string;
  /** How a client should draw the button; `secondary` by default. */
  readonly style?: ActionStyle;
  /**
   * How long a success answers further presses of this action with the same input on the same NBA, in ms;
   * 60 s by default, `'forever'` for what can happen only once.
   */
  readonly dedupeWindowMs?: number | 'forever';
  /** Longest run, in ms; 10 s by default. Longer or external work belongs in a job. */
  readonly timeoutMs?: number;
  /** States of the NBA in which the button works; `queued` by default. In others, a press is a 409. */
  readonly worksOn?: readonly NextActionStatus[];
  /**
   * The NBAs that offer the button; all by default. It decides what is offered, not what is accepted: a
   * press is refused by `worksOn`, the permission and the action itself.
   */
  readonly appliesTo?: AppliesTo | AppliesToNextAction;
  /**
   * The state in which the action leaves the NBA. If the NBA is in that state already, a press is answered
   * by the execution that closed it, whichever action that was.
   */
  readonly closesAs?: 'done' | 'dismissed';
  /**
   * Whether a press can be taken back; by default, if the action declares `undo()`. `true` on an action that
   * only returns changes of its NBA: they are reversed, and it needs no `undo()`.
   */
  readonly undo?: boolean;
  /** Whether a press can be previewed; true by default. `false` for what a rollback does not take back. */
  readonly preview?: boolean;
  /**
   * Whether a success changes what the score and the rules read, such as work items, leads or scores: its
   * scope is then refreshed by a job at once after the commit (AUTO_RUN).
   */
  readonly refresh?: boolean;
  /** What a caller must be permitted to press it; `next-actions.press` by default. */
  readonly permission?: Permission;
  /** Class of the optional `input`, with class-validator decorators; without it, input is refused. */
  readonly input?: Type<Input>;
  /**
   * The codes of this action's own `DomainError`s, each with its status and when it happens: the
   * OpenAPI document names them.
   */
  readonly refusals?: Readonly<Record<ErrorCode, DeliveryRefusal>>;
}

/** A code with which an action refuses a press. */
export interface DeliveryRefusal {
  readonly status: ErrorStatus;
  /** When it happens, in a sentence. */
  readonly when: string;
}

declare const NO_INPUT: unique symbol;
/** The input of an action without an `input` class: no class of an input fits it. */
export interface NoInput {
  readonly [NO_INPUT]?: never;
}

/** The execution's transaction, as an action may use it. It is committed or rolled back as a whole. */
export interface DeliveryTransaction extends Pick<
  Transaction,
  'manager' | 'query' | 'execute' | 'defer' | 'part' | 'publish'
> {
  /**
   * Enqueues work that is slow, external or not repeatable; a worker takes it after the commit. Returns
   * the job's id, or that of the job that waits for the same dedupe key. The job is on record as one of
   * this NBA.
   */
  enqueue<T extends JobType>(job: NewJob<T>): Promise<string>;
  /** Cancels a job that no worker has begun, on record; false for one that ran, runs or is gone. */
  cancelUnstarted(jobId: string): Promise<boolean>;
}

/** The argument of an action. */
export interface DeliveryContext<Input extends object = object> {
  /** The NBA, locked until the transaction ends. */
  readonly nextAction: NextAction;
  /** Who pressed. */
  readonly actor: Actor;
  /** The database's time of the press; use it instead of the process's clock. */
  readonly now: Date;
  /** Id of this execution. */
  readonly executionId: string;
  /** Validated input; an empty object when the client sent none. */
  readonly input: Input;
  /** Whether this is a preview: all that goes through `tx` is rolled back at its end. */
  readonly preview: boolean;
  readonly tx: DeliveryTransaction;
  /** Aborts at the action's time limit. Pass it on to calls that take a signal. */
  readonly signal: AbortSignal;
}

/** The press that an undo takes back, as it is on record. */
export interface UndonePress {
  readonly executionId: string;
  /** Who pressed; null for the system. */
  readonly actorId: string | null;
  readonly startedAt: Date;
  /** What the client sent, without secrets; null for nothing. */
  readonly input: object | null;
  /** What `run` returned as meta, without secrets. */
  readonly meta: Readonly<Record<string, unknown>>;
}

/** The argument of an undo. */
export interface UndoContext {
  /** The NBA, locked, as the press left it: its own fields are restored after the undo. */
  readonly nextAction: NextAction;
  /** Who takes the press back. */
  readonly actor: Actor;
  /** The database's time of the undo. */
  readonly now: Date;
  /** Id of the undo's own execution. */
  readonly executionId: string;
  readonly undone: UndonePress;
  readonly tx: DeliveryTransaction;
  /** Aborts at the action's time limit. */
  readonly signal: AbortSignal;
}

/** What an undo returns. */
export type UndoOutcome = Pick<DeliveryOutcome, 'meta'>;

/** What an action returns. */
export interface DeliveryOutcome {
  /**
   * New values of the NBA's own fields. They are written with the outcome in one statement, and stored
   * in the execution with the values before.
   */
  readonly changes?: NextActionChanges;
  /** What else it did: ids and primitives for the audit and the event, stored redacted. */
  readonly meta?: Readonly<Record<string, unknown>>;
}

/**
 * A delivery action. It returns the changes of its NBA; all other effects go through `tx`, so that throwing
 * rolls everything back. It runs again from the start after a serialization failure or a deadlock.
 */
export interface DeliveryActionHandler<Input extends object = object> {
  // A property, not a method: the compiler compares the parameters of methods less strictly.
  readonly run: (context: DeliveryContext<Input>) => DeliveryOutcome | Promise<DeliveryOutcome>;
  /**
   * Takes back what a press did besides the changes of its NBA, which are restored anyway. It throws
   * `notUndoable(sentence)` where that is too late.
   */
  readonly undo?: (context: UndoContext) => UndoOutcome | Promise<UndoOutcome>;
}

/** 409: the press can't be taken back, for the reason in the sentence. */
export function notUndoable(sentence: string): ConflictError {
  return new ConflictError('NOT_UNDOABLE', sentence);
}

export const DELIVERY_ACTION = Symbol('DELIVERY_ACTION');

/**
 * Makes a provider class a delivery action: list it in the `providers` of any module. Its `run` takes the
 * input of the class in `input`, or none.
 */
export function DeliveryAction<Input extends object = NoInput>(
  options: DeliveryActionOptions<Input>,
): (target: Type<DeliveryActionHandler<NoInfer<Input>>>) => void {
  // Injectable() is not applied here: it would overwrite a scope of the class before the start-up checks
  // see it.
  return SetMetadata(DELIVERY_ACTION, options);
}
