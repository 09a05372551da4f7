import { type Scope } from '../../kernel/scope.js';
import { type LatestScore } from '../../scoring/latest-score.js';
import { type WorkItemFacts } from '../../work-items/work-item-facts.js';

/** Everything the next-action rules may know of one scope at one instant. */
export interface NextActionContext {
  readonly scope: Scope;
  readonly now: Date;
  /** Null where the scope was never scored. */
  readonly latestScore: LatestScore | null;
  /** The open items that meet each condition that a rule reads. */
  readonly items: Readonly<Record<NextActionCondition, WorkItemFacts>>;
}

/** The conditions of work items that the rules read; one query counts them all. */
export const NEXT_ACTION_CONDITIONS = [
  'delivery_failed',
  'reminder_overdue',
  'proposal_without_follow_up',
  'retention_overdue',
  'handoff_awaiting_client',
  'lead_unscored',
] as const;
export type NextActionCondition = (typeof NEXT_ACTION_CONDITIONS)[number];
