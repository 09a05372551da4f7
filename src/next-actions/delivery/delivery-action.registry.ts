import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { type Logger } from 'pino';
import {
  DomainError,
  type ErrorCode,
  InvalidRequestError,
} from '../../kernel/errors/domain-error.js';
import { LOGGER } from '../../logging/logger.js';
import { isPermission, type Permission, PERMISSIONS } from '../../kernel/permissions.js';
import { SNAKE_CASE } from '../../kernel/scope.js';
import { StartError } from '../../config/start-error.js';
import {
  type DecoratedKind,
  type DecoratedProvider,
  findDecorated,
} from '../../discovery/decorated-providers.js';
import { rulesProblem } from '../../http/validation/dto-rules.js';
import { NEXT_ACTION_STATUSES, type NextActionStatus } from '../model/next-best-action.entity.js';
import { unknownPlaybookAction } from '../rules/playbooks.js';
import { ACTION_STYLES } from '../model/next-action-button.dto.js';
import { appliesToProblem } from './applies-to.js';
import {
  DELIVERY_ACTION,
  type DeliveryActionHandler,
  type DeliveryActionOptions,
} from './delivery-action.js';

/** A registered action: its class's options with the defaults filled in, and the instance. */
export interface RegisteredAction {
  readonly options: DeliveryActionOptions;
  readonly className: string;
  readonly handler: DeliveryActionHandler;
  /** null: no end. */
  readonly dedupeWindowMs: number | null;
  readonly timeoutMs: number;
  readonly worksOn: readonly NextActionStatus[];
  readonly permission: Permission;
  /** Whether a press can be taken back. */
  readonly undo: boolean;
  readonly preview: boolean;
}

const DEFAULT_DEDUPE_WINDOW_MS = 60_000;
const DEFAULT_TIMEOUT_MS = 10_000;
const CLOSED_STATES: readonly string[] = ['done', 'dismissed'];

/** A mistake in an action's class. Its message names the class and the fix; the start fails. */
export class DeliveryActionError extends StartError {}

/** Finds every @DeliveryAction provider of the application and checks it at start. */
@Injectable()
export class DeliveryActionRegistry implements OnModuleInit {
  /** A Map: a key such as `constructor` is unknown, not a prototype's property. */
  private readonly actions = new Map<string, RegisteredAction>();
  private readonly aliases = new Map<string, RegisteredAction>();

  constructor(
    private readonly discovery: DiscoveryService,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    const found = findDecorated<DeliveryActionOptions, DeliveryActionHandler>(this.discovery, KIND);
    for (const [key, provider] of found) this.actions.set(key, registered(provider));
    for (const action of [...this.actions.values()]) this.addAliases(action);
    this.checkPlaybooks();
    this.logger.debug({ actionKeys: this.keys() }, 'delivery actions found');
  }

  /** Every action, in the order of the keys. */
  all(): RegisteredAction[] {
    return [...this.actions.values()].sort((a, b) => (a.options.key < b.options.key ? -1 : 1));
  }

  keys(): string[] {
    return [...this.actions.keys()].sort();
  }

  /** The action of a key or an alias, if there is one. */
  find(key: string): RegisteredAction | undefined {
    return this.actions.get(key) ?? this.aliases.get(key);
  }

  /** The action of a key or an alias; throws a 400 that lists the keys. */
  get(key: string): RegisteredAction {
    const action = this.find(key);
    if (action) return action;
    const keys = this.keys().join(', ');
    throw new InvalidRequestError(
      'ACTION_UNKNOWN',
      `There is no such action. The registered actions are: ${keys}.`,
      {
        errors: [{ field: 'actionKey', message: `actionKey must be one of: ${keys}` }],
      },
    );
  }

  private checkPlaybooks(): void {
    const unknown = unknownPlaybookAction(this.keys());
    if (!unknown) return;
    throw new DeliveryActionError(
      `The playbook of ${unknown.ruleKey} names the action "${unknown.actionKey}", which no provider has: provide it, or name one of: ${this.keys().join(', ')}.`,
    );
  }

  private addAliases(action: RegisteredAction): void {
    for (const alias of action.options.aliases ?? []) {
      const other = this.actions.get(alias) ?? this.aliases.get(alias);
      if (other) {
        throw new DeliveryActionError(
          `${action.className} has the alias "${alias}", which ${other.className} uses already: take one of them away.`,
        );
      }
      this.aliases.set(alias, action);
    }
  }
}

function checkOptions(className: string, options: DeliveryActionOptions): void {
  if (typeof options.key !== 'string' || !SNAKE_CASE.test(options.key)) {
    throw new DeliveryActionError(
      `${className} has the key "${options.key}": a key is snake_case, at most 64 characters, for example "send_reminder".`,
    );
  }
  if (typeof options.label !== 'string' || options.label.trim() === '') {
    throw new DeliveryActionError(`${className} has no label: give it the text of its button.`);
  }
  if (options.style !== undefined && !ACTION_STYLES.includes(options.style)) {
    throw new DeliveryActionError(
      `${className} has an unknown style: use one of ${ACTION_STYLES.join(', ')}.`,
    );
  }
  const { dedupeWindowMs = 0, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  if (dedupeWindowMs !== 'forever' && !(Number.isFinite(dedupeWindowMs) && dedupeWindowMs >= 0)) {
    throw new DeliveryActionError(
      `${className} has a bad dedupeWindowMs: use milliseconds from 0, or 'forever'.`,
    );
  }
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > 60_000) {
    throw new DeliveryActionError(
      `${className} has a bad timeoutMs: use milliseconds from 1 to 60000, and a job for longer work.`,
    );
  }
  checkStates(className, options);
  checkAppliesTo(className, options);
  checkAliases(className, options);
  checkPermission(className, options);
  checkRefusals(className, options);
  if (options.input === undefined) return;
  const problem = rulesProblem(options.input, { what: 'input', of: className });
  if (problem !== undefined) throw new DeliveryActionError(problem);
}

/** Also for what the compiler did not see: without a state, every press would be a 409. */
function checkStates(className: string, { worksOn, closesAs }: DeliveryActionOptions): void {
  const isState = (value: unknown): boolean =>
    (NEXT_ACTION_STATUSES as readonly unknown[]).includes(value);
  if (worksOn !== undefined && !(worksOn.length > 0 && worksOn.every(isState))) {
    throw new DeliveryActionError(
      `${className} has a bad worksOn: name one or more of ${NEXT_ACTION_STATUSES.join(', ')}, or leave it out for queued.`,
    );
  }
  if (closesAs !== undefined && !CLOSED_STATES.includes(closesAs)) {
    throw new DeliveryActionError(
      `${className} has a bad closesAs: use ${CLOSED_STATES.join(' or ')}, or leave it out.`,
    );
  }
}

function checkAppliesTo(className: string, options: DeliveryActionOptions): void {
  const problem = appliesToProblem(options);
  if (problem === undefined) return;
  throw new DeliveryActionError(`${className} has a bad appliesTo: ${problem}.`);
}

function checkAliases(className: string, { aliases = [] }: DeliveryActionOptions): void {
  const bad = aliases.find((alias) => typeof alias !== 'string' || !SNAKE_CASE.test(alias));
  if (bad === undefined) return;
  throw new DeliveryActionError(
    `${className} has the alias "${bad}": an alias is snake_case, at most 64 characters.`,
  );
}

function checkPermission(className: string, { permission }: DeliveryActionOptions): void {
  if (permission === undefined || isPermission(permission)) return;
  throw new DeliveryActionError(
    `${className} has the unknown permission "${String(permission)}": use one of ${PERMISSIONS.join(', ')}.`,
  );
}

/** Also for what the compiler did not see. */
function checkUndo(
  className: string,
  { undo, preview }: DeliveryActionOptions,
  handler: DeliveryActionHandler,
): void {
  const declared: unknown = handler.undo;
  if (![undefined, true, false].includes(undo) || ![undefined, true, false].includes(preview)) {
    throw new DeliveryActionError(
      `${className} has a bad undo or preview: use true or false, or leave it out.`,
    );
  }
  if (declared !== undefined && typeof declared !== 'function') {
    throw new DeliveryActionError(
      `${className} has an undo that is no method: write "undo(context: UndoContext): UndoOutcome".`,
    );
  }
  if (declared !== undefined && undo === false) {
    throw new DeliveryActionError(
      `${className} declares undo() and says undo: false: take one of them away.`,
    );
  }
}

function checkRefusals(className: string, { refusals = {} }: DeliveryActionOptions): void {
  for (const [code, { status, when }] of Object.entries(refusals)) {
    try {
      new DomainError(code as ErrorCode, status, when);
    } catch (error) {
      throw new DeliveryActionError(
        `${className} has a bad refusal "${code}". ${(error as Error).message}`,
      );
    }
  }
}

const KIND: DecoratedKind<DeliveryActionOptions> = {
  metadata: DELIVERY_ACTION,
  method: {
    name: 'run',
    signature: 'async run(context: DeliveryContext): Promise<DeliveryOutcome>',
  },
  insteadOfScope: 'make it a singleton and take what belongs to the press from the context.',
  nameOf: ({ key }) => key,
  nameIs: 'key',
  duplicate: (key, which) =>
    `Two delivery actions are called "${key}": ${which}. Give one of them another key, or take one provider away.`,
  check: checkOptions,
  error: DeliveryActionError,
};

function registered({
  options,
  className,
  handler,
}: DecoratedProvider<DeliveryActionOptions, DeliveryActionHandler>): RegisteredAction {
  const { dedupeWindowMs = DEFAULT_DEDUPE_WINDOW_MS } = options;
  checkUndo(className, options, handler);
  return {
    options,
    className,
    handler,
    dedupeWindowMs: dedupeWindowMs === 'forever' ? null : dedupeWindowMs,
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    worksOn: options.worksOn ?? ['queued'],
    permission: options.permission ?? 'next-actions.press',
    undo: options.undo ?? handler.undo !== undefined,
    preview: options.preview ?? true,
  };
}
