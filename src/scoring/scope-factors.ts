import { countNoun } from '../kernel/count-noun.js';
import { type CountFactor } from './scoring.engine.js';

/** The counts of a scope's score: open items and today's failures. */
export interface ScopeCounts {
  /** Proposals, sent or viewed, whose follow-up date is before today (UTC). */
  readonly overdueProposalFollowUps: number;
  readonly overdueRetentionContacts: number;
  readonly unscoredLeads: number;
  /** Jobs that failed and wait for their next attempt. */
  readonly failedJobs: number;
  readonly deadLetteredJobs: number;
  /** Jobs that run without a heartbeat. */
  readonly staleJobs: number;
  /** Notification deliveries that failed today (UTC) and are still failed. */
  readonly failedDeliveriesToday: number;
  /** Events of level error today (UTC). */
  readonly errorEventsToday: number;
  readonly overdueReminders: number;
}

/** The counts of a scope without any problem. */
export const NOTHING_WRONG: ScopeCounts = {
  overdueProposalFollowUps: 0,
  overdueRetentionContacts: 0,
  unscoredLeads: 0,
  failedJobs: 0,
  deadLetteredJobs: 0,
  staleJobs: 0,
  failedDeliveriesToday: 0,
  errorEventsToday: 0,
  overdueReminders: 0,
};

interface ScopeFactor {
  readonly key: string;
  readonly label: string;
  readonly weight: number;
  /** Points (0–100) that each counted thing costs. */
  readonly penalty: number;
  readonly count: (counts: ScopeCounts) => number;
  readonly reason: (count: number) => string;
}

/** The five factors of a scope's score. Source: docs/domain.md, "Scores". */
export const SCOPE_FACTORS: readonly ScopeFactor[] = [
  {
    key: 'follow_ups_overdue',
    label: 'Follow-ups overdue',
    weight: 2,
    penalty: 15,
    count: (counts) => counts.overdueProposalFollowUps + counts.overdueRetentionContacts,
    reason: (count) => `${countNoun(count, 'follow-up')} overdue`,
  },
  {
    key: 'intake_gaps',
    label: 'Intake gaps',
    weight: 1.5,
    penalty: 12,
    count: (counts) => counts.unscoredLeads,
    reason: (count) => `${countNoun(count, 'intake lead')} without a score`,
  },
  {
    key: 'job_health',
    label: 'Job health',
    weight: 2,
    penalty: 20,
    count: (counts) => counts.failedJobs + counts.deadLetteredJobs + counts.staleJobs,
    reason: (count) => `${countNoun(count, 'job')} failed, dead-lettered or stale`,
  },
  {
    key: 'errors_today',
    label: 'Errors today',
    weight: 1.5,
    penalty: 25,
    count: (counts) => counts.failedDeliveriesToday + counts.errorEventsToday,
    reason: (count) => `${countNoun(count, 'error')} today`,
  },
  {
    key: 'reminders_overdue',
    label: 'Reminders overdue',
    weight: 1,
    penalty: 15,
    count: (counts) => counts.overdueReminders,
    reason: (count) => `${countNoun(count, 'reminder')} overdue`,
  },
];

/** The factors of a scope from its counts, ready for the engine. */
export function scopeFactors(counts: ScopeCounts): CountFactor[] {
  return SCOPE_FACTORS.map(({ key, label, weight, penalty, count, reason }) => {
    const howMany = count(counts);
    return { key, label, weight, penalty, count: howMany, reason: reason(howMany) };
  });
}
