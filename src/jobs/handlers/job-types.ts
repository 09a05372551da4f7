import { IsIn, IsString, IsUUID, Length, Matches } from 'class-validator';
import { type Type } from '@nestjs/common';
import { type Scope, SNAKE_CASE } from '../../kernel/scope.js';

/** The scope that a job works on. */
export class ScopePayload implements Scope {
  @IsString()
  @Matches(SNAKE_CASE, { message: 'entityType must be snake_case, at most 64 characters' })
  entityType!: string;

  @IsString()
  @Length(1, 128)
  entityId!: string;
}

/** The next best action that a job works on. */
export class NextActionPayload {
  @IsUUID()
  nextActionId!: string;
}

/** Types that work on one scope, and so can be put on a schedule. */
export const SCOPE_JOB_TYPES = ['score.compute', 'risk.run_rules', 'next_actions.run'] as const;
export type ScopeJobType = (typeof SCOPE_JOB_TYPES)[number];

/** What a schedule's tick enqueues for every scope. */
export class TickPayload {
  @IsIn(SCOPE_JOB_TYPES)
  enqueue!: ScopeJobType;
}

/** The types that more than one module uses, and their payloads. */
export interface BuiltInJobTypes {
  /** Computes and stores the score of a scope. */
  'score.compute': ScopePayload;
  /** Evaluates the risk rules of a scope. */
  'risk.run_rules': ScopePayload;
  /** Regenerates the next best actions of a scope. */
  'next_actions.run': ScopePayload;
  /** All three of a scope, after a push or a press changed what they read. */
  'desk.refresh': ScopePayload;
  /** Sends the failed webhook deliveries in the scope of an NBA again. */
  retry_failed_deliveries: NextActionPayload;
  /** Ticks of the schedules, one type each. */
  'schedule.score.compute': TickPayload;
  'schedule.risk.run_rules': TickPayload;
  'schedule.next_actions.run': TickPayload;
}

export type BuiltInJobType = keyof BuiltInJobTypes;

/**
 * Every type of job and its payload, for the compiler. It is open: a handler declares its own type beside
 * its class, and gives @JobHandler the definition.
 * `declare module '…/jobs/handlers/job-types.js' { interface JobTypes { 'report.send': ReportPayload } }`
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- declarations are merged into it
export interface JobTypes extends BuiltInJobTypes {}

export type JobType = keyof JobTypes;

/** Definition of a type. */
export interface JobDefinition<Payload extends object = object> {
  /** Validates the payload when it is enqueued and when it is run. */
  readonly payload: Type<Payload>;
  /** Longest run, in ms, 60 s by default; then the handler's signal aborts and the attempt has failed. */
  readonly timeoutMs?: number;
  /**
   * Pauses after failed attempts, in ms, JOB_BACKOFF_MS by default: one further attempt after each, none for
   * an empty list.
   */
  readonly backoffMs?: readonly number[];
}

/** The definitions of the built-in types; the compiler checks that none is missing. */
export const JOB_TYPES: { readonly [T in BuiltInJobType]: JobDefinition<BuiltInJobTypes[T]> } = {
  'score.compute': { payload: ScopePayload },
  'risk.run_rules': { payload: ScopePayload },
  'next_actions.run': { payload: ScopePayload, timeoutMs: 120_000 },
  'desk.refresh': { payload: ScopePayload, timeoutMs: 180_000 },
  retry_failed_deliveries: { payload: NextActionPayload, timeoutMs: 300_000 },
  'schedule.score.compute': { payload: TickPayload },
  'schedule.risk.run_rules': { payload: TickPayload },
  'schedule.next_actions.run': { payload: TickPayload },
};

export const DEFAULT_JOB_TIMEOUT_MS = 60_000;
