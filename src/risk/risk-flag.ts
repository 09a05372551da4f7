import { type RiskFlagRow } from './risk-flag.entity.js';

/** The status of a flag in the API: an open flag is `snoozed` while its snooze runs. */
export const RISK_STATUSES = ['open', 'snoozed', 'resolved', 'dismissed'] as const;
export type RiskStatus = (typeof RISK_STATUSES)[number];

/** A risk flag as read from the table: a plain value. */
export interface RiskFlag extends Readonly<
  Omit<RiskFlagRow, 'status' | 'clearedAt' | 'createdAt' | 'updatedAt'>
> {
  readonly status: RiskStatus;
}

/** What a run of the rules changed. */
export interface RiskRunCounts {
  /** Flags that were opened: new ones, and resolved ones whose condition occurred anew. */
  readonly created: number;
  /** Open flags whose severity, text or evidence changed. */
  readonly updated: number;
  /** Open flags whose condition is gone. */
  readonly resolved: number;
}
