import { type Priority } from '../kernel/priority.js';
import { type Resolver } from './risk-flag.entity.js';
import { type RiskEvidence } from './risk-rules.js';

/** The state of a flag as people see it: an open one is snoozed while its snooze runs. */
export const RISK_STATUSES = ['open', 'snoozed', 'resolved', 'dismissed'] as const;
export type RiskStatus = (typeof RISK_STATUSES)[number];

/** A risk flag as read from the table. */
export interface RiskFlag {
  readonly id: string;
  readonly ruleKey: string;
  readonly dedupeKey: string;
  readonly entityType: string;
  readonly entityId: string;
  readonly severity: Priority;
  readonly status: RiskStatus;
  readonly title: string;
  readonly reason: string;
  readonly evidence: RiskEvidence;
  /** When the present occurrence was found first. */
  readonly firstSeenAt: Date;
  /** When a run found it last. */
  readonly lastSeenAt: Date;
  readonly snoozedUntil: Date | null;
  readonly resolvedAt: Date | null;
  readonly resolvedBy: Resolver | null;
  readonly dismissedAt: Date | null;
  /** The operator who snoozed, resolved or dismissed it last. */
  readonly actorId: string | null;
}

/** What a run of the rules changed. */
export interface RiskRunCounts {
  /** Flags that were opened: new ones, and those that a rule had closed. */
  readonly created: number;
  /** Open flags whose severity, text or evidence changed. */
  readonly updated: number;
  /** Open flags whose condition is gone. */
  readonly resolved: number;
}
