import { type Scope } from '../kernel/scope.js';

/** Fields of every event: who, about what, how it ended. Ids and primitives, never entities. */
export interface EventPayload<Meta extends object> {
  /** The user who caused it, null for the system itself. */
  readonly actorId: string | null;
  /** The request that caused it, null outside a request. */
  readonly requestId: string | null;
  /** What it is about, for example `next_action` and its id. */
  readonly sourceType: string | null;
  readonly sourceId: string | null;
  /** The scope it happened in; errors of a scope count in its score. */
  readonly scope?: Scope;
  readonly status: EventStatus | null;
  /** Its level, where it is not the one of its name. */
  readonly level?: EventLevel;
  /** How long the work took, in ms. */
  readonly durationMs?: number;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly meta: Meta;
}

export const EVENT_STATUSES = ['success', 'failed', 'stubbed'] as const;
export type EventStatus = (typeof EVENT_STATUSES)[number];

export const EVENT_LEVELS = ['info', 'warn', 'error'] as const;
export type EventLevel = (typeof EVENT_LEVELS)[number];

/** One press of a button. */
interface DeliveryMeta {
  readonly executionId: string;
  readonly actionKey: string;
}

/** The score of a scope, or of a lead in it, after a computation. */
interface ScoreMeta extends Scope {
  readonly snapshotId: string;
  /** 0–100 */
  readonly score: number;
  readonly band: string;
  /** Points since the snapshot before; null for the first. */
  readonly delta: number | null;
}

/** What a suppression holds back, as it is after the change; its source is the suppression. */
interface SuppressionMeta {
  /** `account/acme`, `account/*` or `*`. */
  readonly scope: string;
  readonly ruleKey: string | null;
  readonly dedupeKey: string | null;
  /** Null: for good. */
  readonly until: string | null;
  readonly reason: string | null;
}

/** A webhook after a change; its source is the webhook. Secrets and values of headers are never in it. */
interface WebhookMeta {
  /** The host of its URL. */
  readonly host: string;
  readonly eventKeys: readonly string[];
  readonly scopes: readonly string[];
}

/** One attempt of a job; its source is the job. */
interface JobMeta {
  readonly type: string;
  /** Number of the attempt, from 1. */
  readonly attempt: number;
  /** The next best action that the job was enqueued for, if any. */
  readonly nextActionId?: string;
}

/** Every event of the application: its name and its payload. A new event is one line here. */
export interface DomainEvents {
  /**
   * A delivery action ran successfully; `result` is what it returned as meta, `changes` are the fields of
   * the NBA that it changed, each with its values before and after.
   */
  'nba.delivery.executed': EventPayload<
    DeliveryMeta & { readonly result: object; readonly changes: object }
  >;
  /**
   * A delivery action threw or ran out of time: its work was rolled back. An action that refused the press
   * (a DomainError below 500) has the level `info`: that is no error of the day. `undoesId` is the press that
   * a failed undo was to take back.
   */
  'nba.delivery.failed': EventPayload<DeliveryMeta & { readonly undoesId?: string }>;
  /**
   * A press was taken back: `undoesId` is its execution, `executionId` the undo's own, `changes` are the
   * fields of the NBA that were restored.
   */
  'nba.delivery.undone': EventPayload<
    DeliveryMeta & { readonly undoesId: string; readonly result: object; readonly changes: object }
  >;
  /** A delivery action is a placeholder where there is nothing to do: it only enqueued its job. */
  'nba.delivery.stubbed': EventPayload<
    DeliveryMeta & { readonly jobId: string; readonly stubbed: true }
  >;
  /** The placeholder's job ran: nothing was sent again. */
  'nba.delivery.retry_job.stub': EventPayload<{ readonly jobId: string; readonly attempt: number }>;
  /** The job of a press sent the failed webhook deliveries of its scope again: so many. */
  'nba.delivery.retried': EventPayload<{
    readonly jobId: string;
    readonly attempt: number;
    readonly requeued: number;
  }>;
  /** An attempt of a job failed; `retryAt` is null when no further attempt follows. */
  'job.failed': EventPayload<JobMeta & { readonly retryAt: string | null }>;
  /** The last attempt of a job failed: it stays a dead letter until an operator retries it. */
  'job.dead_lettered': EventPayload<JobMeta>;
  /** An operator restarted a dead-lettered or cancelled job. */
  'job.retried': EventPayload<Omit<JobMeta, 'attempt'>>;
  /** An operator cancelled a job that waited. */
  'job.cancelled': EventPayload<Omit<JobMeta, 'attempt'>>;
  /** An API client created or updated a next best action. */
  'nba.upsert': EventPayload<{
    readonly created: boolean;
    readonly entityType: string;
    readonly entityId: string;
  }>;
  /** The next-action rules ran in a scope. */
  'nba.run': EventPayload<
    Scope & {
      readonly runKey: string;
      readonly created: number;
      readonly updated: number;
      readonly expired: number;
      /** Recommendations that suppressions and cool-downs held back. */
      readonly suppressed: number;
    }
  >;
  /** Somebody suppressed a rule or a dedupe key. */
  'suppression.created': EventPayload<SuppressionMeta>;
  /** The end or the reason of a suppression was changed. */
  'suppression.changed': EventPayload<SuppressionMeta>;
  /** Somebody ended a suppression. */
  'suppression.lifted': EventPayload<SuppressionMeta>;
  /** Somebody ticked a step of a playbook, or took the tick back. */
  'nba.playbook.step': EventPayload<{
    readonly ruleKey: string;
    readonly stepKey: string;
    readonly done: boolean;
  }>;
  /** A run ended the snooze of a next best action because it got worse than when it was snoozed. */
  'nba.woken': EventPayload<
    Scope & {
      readonly ruleKey: string | null;
      readonly priorityBefore: string;
      readonly priority: string;
      readonly scoreBefore: number;
      readonly score: number;
    }
  >;
  /** The risk rules ran in a scope. `created` counts what was opened again, too. */
  'risk.upsert': EventPayload<
    Scope & { readonly created: number; readonly updated: number; readonly resolved: number }
  >;
  /** A flag of severity critical was opened, or opened again, or became critical. */
  'risk.created.critical': EventPayload<
    Scope & { readonly ruleKey: string; readonly severity: string; readonly reason: string }
  >;
  /** An operator snoozed, closed or reopened a risk flag. */
  'risk.changed': EventPayload<
    Scope & {
      readonly ruleKey: string;
      readonly severity: string;
      readonly action: 'snooze' | 'resolve' | 'dismiss' | 'reopen';
      /** The flag's status now. */
      readonly flagStatus: string;
      readonly snoozedUntil: string | null;
    }
  >;
  /**
   * Work items were pushed. A single push names its item; a batch has one event per scope. Nothing is
   * published of items that were unchanged.
   */
  'work_item.pushed': EventPayload<
    Scope & {
      readonly created: number;
      readonly updated: number;
      /** Items that the push moved from this scope to another. */
      readonly movedAway: number;
      readonly kind?: string;
      readonly externalId?: string;
    }
  >;
  /** A work item was deleted. */
  'work_item.deleted': EventPayload<Scope & { readonly kind: string; readonly externalId: string }>;
  /** A scope or a lead was scored: its source is the snapshot, or the lead's work item. */
  'score.computed': EventPayload<ScoreMeta>;
  /** The score fell into the critical band. */
  'score.threshold_breach': EventPayload<ScoreMeta>;
  /** The score lost 15 points or more. */
  'score.sharp_drop': EventPayload<ScoreMeta>;
  /** The score is healthy again. */
  'score.recovery': EventPayload<ScoreMeta>;
  /** The lead pipeline ran in a scope; `failed` counts the leads that an error left unscored. */
  'leads.pipeline.run': EventPayload<
    Scope & { readonly ran: number; readonly skipped: number; readonly failed: number }
  >;
  /** Somebody signed in: the actor, from the address `ip`. */
  'auth.login.succeeded': EventPayload<{ readonly ip: string }>;
  /** Somebody failed to sign in; nothing of what they typed is kept. */
  'auth.login.failed': EventPayload<{
    readonly reason: 'unknown_user' | 'wrong_password' | 'disabled';
    readonly ip: string;
  }>;
  /** Somebody signed out; the source is the session. */
  'auth.session.ended': EventPayload<Record<string, never>>;
  /** A user was added or changed; `changed` names the fields, and never holds their values. */
  'user.changed': EventPayload<{
    readonly changed: readonly string[];
    readonly role?: string;
    readonly scopes?: readonly string[];
    readonly disabled?: boolean;
  }>;
  /** A webhook was made. */
  'webhook.created': EventPayload<WebhookMeta>;
  /** A webhook was changed; `changed` names the fields, and never holds their values. */
  'webhook.changed': EventPayload<
    WebhookMeta & { readonly changed: readonly string[]; readonly enabled: boolean }
  >;
  /** A webhook was deleted, and what it was still to get. */
  'webhook.deleted': EventPayload<WebhookMeta>;
  /** A webhook got a new secret; the one before is valid until then. */
  'webhook.secret_rotated': EventPayload<{ readonly previousUntil: string | null }>;
  /** A service token was made. */
  'token.created': EventPayload<{
    readonly name: string;
    readonly role: string;
    readonly scopes: readonly string[];
    readonly expiresAt: string;
  }>;
  /** A service token was revoked. */
  'token.revoked': EventPayload<{ readonly name: string }>;
  /** The last tries of an endpoint have all failed; its source is the endpoint, as in all that follow. */
  'webhook.failing': EventPayload<{
    readonly failingSince: string;
    /** How many failed in a row. */
    readonly failures: number;
    readonly lastStatus: number | null;
    readonly lastErrorCode: string | null;
  }>;
  /** A try of an endpoint that was failing has succeeded. */
  'webhook.recovered': EventPayload<{ readonly failingSince: string }>;
  /** The application disabled an endpoint: it answered 410 (`gone`), or nothing but failures for 5 days. */
  'webhook.disabled': EventPayload<{ readonly reason: 'gone' | 'failing' }>;
  /** Somebody tested an endpoint. */
  'webhook.tested': EventPayload<{ readonly deliveryId: string }>;
  /** Somebody sent a delivery again. */
  'webhook.delivery.resent': EventPayload<{
    readonly deliveryId: string;
    /** Of the event that is delivered. */
    readonly deliveredEventKey: string;
  }>;
  /** Somebody sent deliveries again that failed since a time. */
  'webhook.deliveries.requeued': EventPayload<{
    readonly since: string;
    readonly requeued: number;
  }>;
}

export type DomainEventName = keyof DomainEvents;

/**
 * Level of each event in the log. Also the list of all names, complete by its type. What a score or a rule
 * finds is no error: errors of a scope lower its score, and a bad score would make itself worse.
 */
export const EVENT_LEVEL_OF: Readonly<Record<DomainEventName, EventLevel>> = {
  'nba.delivery.executed': 'info',
  'nba.delivery.failed': 'error',
  'nba.delivery.undone': 'info',
  'nba.delivery.stubbed': 'info',
  'nba.delivery.retry_job.stub': 'info',
  'nba.delivery.retried': 'info',
  'job.failed': 'warn',
  'job.dead_lettered': 'error',
  'job.retried': 'info',
  'job.cancelled': 'info',
  'nba.upsert': 'info',
  'nba.run': 'info',
  'suppression.created': 'info',
  'suppression.changed': 'info',
  'suppression.lifted': 'info',
  'nba.playbook.step': 'info',
  'nba.woken': 'info',
  'risk.upsert': 'info',
  'risk.created.critical': 'warn',
  'risk.changed': 'info',
  'work_item.pushed': 'info',
  'work_item.deleted': 'info',
  'score.computed': 'info',
  'score.threshold_breach': 'warn',
  'score.sharp_drop': 'warn',
  'score.recovery': 'info',
  'leads.pipeline.run': 'info',
  'auth.login.succeeded': 'info',
  'auth.login.failed': 'warn',
  'auth.session.ended': 'info',
  'user.changed': 'info',
  'webhook.created': 'info',
  'webhook.changed': 'info',
  'webhook.deleted': 'info',
  'webhook.secret_rotated': 'info',
  'token.created': 'info',
  'token.revoked': 'info',
  'webhook.failing': 'warn',
  'webhook.recovered': 'info',
  'webhook.disabled': 'error',
  'webhook.tested': 'info',
  'webhook.delivery.resent': 'info',
  'webhook.deliveries.requeued': 'info',
};

export const DOMAIN_EVENT_NAMES = Object.keys(EVENT_LEVEL_OF) as DomainEventName[];
