import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { type Logger } from 'pino';
import { rulesProblem } from '../../http/validation/dto-rules.js';
import { LOGGER } from '../../logging/logger.js';
import { StartError } from '../../config/start-error.js';
import {
  type DecoratedKind,
  type DecoratedProvider,
  findDecorated,
} from '../../discovery/decorated-providers.js';
import { JOB_HANDLER, type JobContext, type JobHandlerOptions } from './job-handler.js';
import {
  type BuiltInJobType,
  DEFAULT_JOB_TIMEOUT_MS,
  JOB_TYPES,
  type JobDefinition,
} from './job-types.js';
import { timingProblem } from './job-timing.js';

/** A registered handler, with its type's definition. */
export interface RegisteredHandler {
  readonly type: string;
  readonly className: string;
  readonly payload: JobDefinition['payload'];
  readonly timeoutMs: number;
  /** The type's own pauses after failed attempts, in ms; undefined: JOB_BACKOFF_MS. */
  readonly backoffMs: readonly number[] | undefined;
  readonly handler: { handle(context: JobContext): Promise<void> };
}

/** A mistake in a handler's class. Its message names the class and the fix; the start fails. */
export class JobHandlerError extends StartError {}

const TYPE = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){0,3}$/;

/** Finds every @JobHandler provider of the application and checks it at the start. */
@Injectable()
export class JobHandlerRegistry implements OnModuleInit {
  private readonly handlers = new Map<string, RegisteredHandler>();

  constructor(
    private readonly discovery: DiscoveryService,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    const found = findDecorated<JobHandlerOptions, RegisteredHandler['handler']>(
      this.discovery,
      KIND,
    );
    for (const provider of found.values()) this.add(registered(provider));
    for (const type of Object.keys(JOB_TYPES)) {
      if (this.handlers.has(type)) continue;
      throw new JobHandlerError(
        `Nothing works jobs of the type "${type}": provide a class with @JobHandler('${type}'), or take the type out of JOB_TYPES.`,
      );
    }
    this.logger.debug({ jobTypes: this.types() }, 'job handlers found');
  }

  /** Registers a handler that is no class of its own, before the worker starts. */
  add(handler: RegisteredHandler): void {
    const { type, className } = handler;
    const other = this.handlers.get(type);
    if (other) {
      throw new JobHandlerError(KIND.duplicate(type, `${other.className} and ${className}`));
    }
    this.handlers.set(type, handler);
  }

  /** The types that this process has a handler for. */
  types(): string[] {
    return [...this.handlers.keys()].sort();
  }

  get(type: string): RegisteredHandler | undefined {
    return this.handlers.get(type);
  }

  /** The definition of a type, with or without a handler; undefined for an unknown type. */
  definitionOf(type: string): Pick<RegisteredHandler, 'payload'> | undefined {
    const known = Object.hasOwn(JOB_TYPES, type) ? JOB_TYPES[type as BuiltInJobType] : undefined;
    return this.handlers.get(type) ?? known;
  }
}

function definitionFor(className: string, { type, definition }: JobHandlerOptions): JobDefinition {
  if (typeof type !== 'string' || !TYPE.test(type) || type.length > 100) {
    throw new JobHandlerError(
      `${className} has the type "${type}": a type is snake_case words joined by dots, for example "report.send".`,
    );
  }
  const known = Object.hasOwn(JOB_TYPES, type) ? JOB_TYPES[type as BuiltInJobType] : undefined;
  if (known && definition) {
    throw new JobHandlerError(
      `${className} defines the type "${type}" anew: JOB_TYPES has it, so leave the definition out.`,
    );
  }
  const found: JobDefinition | undefined = known ?? definition;
  if (!found) {
    throw new JobHandlerError(
      `${className} handles the unknown type "${type}": add it to JobTypes beside the class, and give its definition, as in @JobHandler('${type}', { payload: ReportPayload }).`,
    );
  }
  const problem = rulesProblem(found.payload, { what: 'payload', of: className });
  if (problem !== undefined) throw new JobHandlerError(problem);
  const badTimes = timingProblem(found);
  if (badTimes !== undefined) {
    throw new JobHandlerError(`The type "${type}" of ${className} has ${badTimes}`);
  }
  return found;
}

const KIND: DecoratedKind<JobHandlerOptions> = {
  metadata: JOB_HANDLER,
  method: { name: 'handle', signature: 'async handle(context: JobContext): Promise<void>' },
  insteadOfScope: 'make it a singleton, a job has no request.',
  nameOf: ({ type }) => type,
  nameIs: 'type',
  duplicate: (type, which) =>
    `Two handlers work jobs of the type "${type}": ${which}. Take one of them away.`,
  check: definitionFor,
  error: JobHandlerError,
};

function registered({
  options,
  className,
  handler,
}: DecoratedProvider<JobHandlerOptions, RegisteredHandler['handler']>): RegisteredHandler {
  const definition = definitionFor(className, options);
  const { payload, timeoutMs = DEFAULT_JOB_TIMEOUT_MS, backoffMs } = definition;
  return { type: options.type, className, handler, payload, timeoutMs, backoffMs };
}
