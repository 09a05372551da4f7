import { uuidv7 } from 'uuidv7';
import { type Actor } from '../../kernel/actor.js';
import { permissionDenied } from '../../kernel/permissions.errors.js';
import { recordedInput } from '../../kernel/redaction/redaction.js';
import { type Scope } from '../../kernel/scope.js';
import { isUuid } from '../../kernel/uuid.js';
import { type RecordedChanges } from '../model/next-action.changes.js';
import { nextActionNotFound } from '../model/next-action.errors.js';
import { inputOf } from './action-input.js';
import { type DeliveryActionRegistry, type RegisteredAction } from './delivery-action.registry.js';
import { type ExecutionRecord } from './executions.repository.js';
import { type PressKey } from './idempotency-keys.js';
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
  /** What this press changed of its NBA; empty when an earlier execution answers. */
  readonly changes: RecordedChanges;
  /** What the action returned as meta, redacted. */
  readonly meta: object;
}

/** A press that passed its checks. */
export interface RunningPress extends Press {
  readonly executionId: string;
  readonly action: RegisteredAction;
  /** What the client sent, validated; an empty object for nothing. */
  readonly validInput: object;
  readonly requestHash: string;
  readonly key: PressKey | undefined;
  /** Whether it is taken back at the end, whatever it does. */
  readonly preview: boolean;
  /** An actor object for this press only: it identifies another transaction that the action begins. */
  readonly actorInside: Actor;
  /** Set when the action begins: from then on, a failure is recorded. */
  began?: Beginning;
}

/** When an action began, by the database's time and by this process's clock, and in which scope. */
export interface Beginning {
  readonly at: Date;
  readonly clock: number;
  readonly scope: Scope;
}

/**
 * The action of a press that this actor may press, and its validated input. Throws a 400 for an unknown
 * action or bad input, a 403 without the action's permission.
 */
export function allowedAction(
  registry: DeliveryActionRegistry,
  { actionKey, actor, input }: Pick<Press, 'actionKey' | 'actor' | 'input'>,
): { readonly action: RegisteredAction; readonly validInput: object } {
  const action = registry.get(actionKey);
  if (!actor.permissions.has(action.permission)) throw permissionDenied(action.permission);
  return { action, validInput: inputOf(action, input) };
}

/** Checks a press before anything of it is read. Throws as {@link allowedAction}, and a 404 for an id that is none. */
export function runningPress(
  registry: DeliveryActionRegistry,
  typed: Press,
  preview = false,
): RunningPress {
  const { id: actorId } = typed.actor;
  const { idempotencyKey: value } = typed;
  const allowed = allowedAction(registry, typed);
  // An alias is on record under its key.
  const actionKey = allowed.action.options.key;
  const checked = {
    ...allowed,
    actionKey,
    executionId: uuidv7(),
    requestHash: fingerprint({ ...typed, actionKey }),
    key: value === undefined || actorId === null ? undefined : { actorId, value },
    preview,
    actorInside: { ...typed.actor },
  };
  if (!isUuid(typed.nextActionId)) throw nextActionNotFound();
  // Lower case from here on: executions and events are found by it.
  return { ...typed, ...checked, nextActionId: typed.nextActionId.toLowerCase() };
}

/** The execution of a press that has ended, without an error. */
export function recordOf(
  running: RunningPress,
  began: Beginning,
  { status, changes, meta }: Pick<ExecutionRecord, 'status' | 'changes' | 'meta'>,
): ExecutionRecord {
  return {
    id: running.executionId,
    nextActionId: running.nextActionId,
    actionKey: running.actionKey,
    status,
    startedAt: began.at,
    finishedAt: finishedAt(began),
    errorCode: null,
    errorMessage: null,
    input: running.input === undefined ? null : (recordedInput(running.input) as object),
    changes,
    meta,
    actorId: running.actor.id,
    requestHash: running.requestHash,
    undoesId: null,
  };
}

/** Now, as the database's time at the beginning and what this process's clock measured since. */
export function finishedAt({ at, clock }: Pick<Beginning, 'at' | 'clock'>): Date {
  return new Date(at.getTime() + (performance.now() - clock));
}
