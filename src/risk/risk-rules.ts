import { countNoun } from '../kernel/count-noun.js';
import { type Priority } from '../kernel/priority.js';
import { type Scope, scopedRuleKey } from '../kernel/scope.js';
import { STALE_JOB_AFTER_MS } from '../jobs/api/job-health.js';
import { type LatestScore } from '../scoring/latest-score.js';
import { WARNING_FROM } from '../scoring/scoring.engine.js';
import { type WorkItemFacts } from '../work-items/work-item-facts.js';

/** Failed deliveries in 24 h from which a risk is critical. */
export const FAILED_DELIVERIES_FROM = 3;

/** Counts from which a medium risk is high. */
export const FOLLOW_UPS_HIGH_FROM = 5;
export const RETENTION_HIGH_FROM = 3;

/** Jobs of a scope that run without a heartbeat for over {@link STALE_JOB_AFTER_MS}. */
export interface StaleJobFacts {
  readonly count: number;
  /** The oldest heartbeat; null if no job is stale. */
  readonly oldestHeartbeatAt: Date | null;
  /** A few examples, oldest heartbeat first. */
  readonly jobIds: readonly string[];
}

/** Everything the risk rules may know of one scope at one instant. */
export interface RiskRuleContext {
  readonly scope: Scope;
  readonly now: Date;
  /** Condition `delivery_failed_last_24_hours`. */
  readonly failedDeliveries: WorkItemFacts;
  readonly staleJobs: StaleJobFacts;
  /** Condition `reminder_overdue_high_priority`. */
  readonly overdueReminders: WorkItemFacts;
  /** Null where the scope was never scored. */
  readonly latestScore: LatestScore | null;
  /** Condition `proposal_follow_up_overdue`. */
  readonly overdueFollowUps: WorkItemFacts;
  /** Condition `retention_overdue`. */
  readonly overdueRetention: WorkItemFacts;
}

/** The facts that triggered a rule; times are ISO 8601 UTC. */
export type RiskEvidence = Readonly<Record<string, string | number | null | readonly string[]>>;

/** A risk that holds now, ready to be stored as a flag. */
export interface RiskCandidate extends Scope {
  readonly ruleKey: RiskRuleKey;
  /** `risk:<rule>:<entityType>:<entityId>` */
  readonly dedupeKey: string;
  readonly severity: Priority;
  readonly title: string;
  readonly reason: string;
  readonly evidence: RiskEvidence;
}

type Finding = Pick<RiskCandidate, 'severity' | 'title' | 'reason' | 'evidence'>;
type RiskRule = (context: RiskRuleContext) => Finding | null;

/** The six rules: a finding where the condition holds, null where it does not. Source: docs/domain.md, "Risk rules". */
const RISK_RULES = {
  critical_notifications_failed_delivery: ({ failedDeliveries: failed }) =>
    failed.count < FAILED_DELIVERIES_FROM
      ? null
      : {
          severity: 'critical',
          title: 'Notifications are not being delivered',
          reason: `${countNoun(failed.count, 'notification delivery', 'notification deliveries')} failed in the last 24 hours.`,
          evidence: {
            ...itemEvidence(failed),
            windowHours: 24,
            threshold: FAILED_DELIVERIES_FROM,
            newestFailedAt: iso(failed.newestAt),
          },
        },

  stale_running_jobs: ({ staleJobs: stale }) =>
    stale.count < 1
      ? null
      : {
          severity: 'high',
          title: 'Running jobs have no heartbeat',
          reason: `${countNoun(stale.count, 'running job')} without a heartbeat for over 10 minutes.`,
          evidence: {
            count: stale.count,
            staleAfterMinutes: STALE_JOB_AFTER_MS / 60_000,
            oldestHeartbeatAt: iso(stale.oldestHeartbeatAt),
            jobIds: stale.jobIds,
          },
        },

  overdue_reminders_high_priority: ({ overdueReminders: overdue }) =>
    overdue.count < 1
      ? null
      : {
          severity: 'high',
          title: 'Important reminders are overdue',
          reason: `${countNoun(overdue.count, 'reminder')} of priority high or critical overdue.`,
          evidence: {
            ...itemEvidence(overdue),
            criticalCount: overdue.criticalPriorityCount,
            oldestDueAt: iso(overdue.oldestDueAt),
          },
        },

  score_in_critical_band: ({ latestScore: latest }) =>
    latest?.band !== 'critical'
      ? null
      : {
          severity: 'critical',
          title: 'The score is critical',
          reason: `The latest score is ${latest.score} of 100, below ${WARNING_FROM}.`,
          evidence: {
            snapshotId: latest.snapshotId,
            score: latest.score,
            band: latest.band,
            computedAt: iso(latest.computedAt),
            reasons: latest.reasons,
          },
        },

  proposal_followups_overdue: ({ overdueFollowUps: overdue }) =>
    overdue.count < 1
      ? null
      : {
          severity: overdue.count >= FOLLOW_UPS_HIGH_FROM ? 'high' : 'medium',
          title: 'Proposals wait for their follow-up',
          reason: `${countNoun(overdue.count, 'proposal')} with a follow-up date before today.`,
          evidence: {
            ...itemEvidence(overdue),
            highFrom: FOLLOW_UPS_HIGH_FROM,
            oldestFollowUpAt: iso(overdue.oldestDueAt),
          },
        },

  retention_overdue: ({ overdueRetention: overdue }) =>
    overdue.count < 1
      ? null
      : {
          severity: overdue.count >= RETENTION_HIGH_FROM ? 'high' : 'medium',
          title: 'Customers wait for their retention contact',
          reason: `${countNoun(overdue.count, 'retention contact')} overdue.`,
          evidence: {
            ...itemEvidence(overdue),
            highFrom: RETENTION_HIGH_FROM,
            oldestDueAt: iso(overdue.oldestDueAt),
          },
        },
} as const satisfies Record<string, RiskRule>;

export type RiskRuleKey = keyof typeof RISK_RULES;

/** The keys of the rules; a flag under any other key was not made by them. */
export const RISK_RULE_KEYS = Object.keys(RISK_RULES) as readonly RiskRuleKey[];

/** The risks that hold in the context. Pure: the same context gives the same candidates, in one order. */
export function evaluateRiskRules(context: RiskRuleContext): RiskCandidate[] {
  const { entityType, entityId } = context.scope;
  return RISK_RULE_KEYS.flatMap((ruleKey) => {
    const rule: RiskRule = RISK_RULES[ruleKey];
    const finding = rule(context);
    if (finding === null) return [];
    const dedupeKey = scopedRuleKey('risk', ruleKey, context.scope);
    return [{ ruleKey, dedupeKey, entityType, entityId, ...finding }];
  });
}

function itemEvidence(facts: WorkItemFacts): RiskEvidence {
  return { count: facts.count, externalIds: facts.externalIds };
}

function iso(instant: Date | null): string | null {
  return instant?.toISOString() ?? null;
}
