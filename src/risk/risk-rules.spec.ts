import { bandOf } from '../scoring/scoring.engine.js';
import { NO_ITEMS, type WorkItemFacts } from '../work-items/work-item-facts.js';
import {
  evaluateRiskRules,
  RISK_RULE_KEYS,
  type RiskRuleContext,
  type RiskRuleKey,
} from './risk-rules.js';

const NOW = new Date('2026-11-24T12:00:00Z');
const QUIET: RiskRuleContext = {
  scope: { entityType: 'account', entityId: 'acme:north' },
  now: NOW,
  failedDeliveries: NO_ITEMS,
  staleJobs: { count: 0, oldestHeartbeatAt: null, jobIds: [] },
  overdueReminders: NO_ITEMS,
  latestScore: null,
  overdueFollowUps: NO_ITEMS,
  overdueRetention: NO_ITEMS,
};

function items(count: number): WorkItemFacts {
  return {
    ...NO_ITEMS,
    count,
    criticalPriorityCount: Math.min(1, count),
    oldestDueAt: new Date('2026-11-20T08:00:00Z'),
    newestAt: new Date('2026-11-24T11:30:00Z'),
    externalIds: Array.from({ length: Math.min(5, count) }, (_, index) => `item-${index}`),
  };
}

function scored(score: number): Partial<RiskRuleContext> {
  return {
    latestScore: {
      snapshotId: 'snapshot-1',
      score,
      band: bandOf(score),
      computedAt: new Date('2026-11-24T11:59:00Z'),
      reasons: ['7 follow-ups overdue'],
    },
  };
}

function stale(count: number): Partial<RiskRuleContext> {
  return {
    staleJobs: { count, oldestHeartbeatAt: new Date('2026-11-24T11:00:00Z'), jobIds: ['job-1'] },
  };
}

describe('risk rules', () => {
  it('find nothing in a scope without problems', () =>
    expect(evaluateRiskRules(QUIET)).toEqual([]));

  it.each<[RiskRuleKey, string, Partial<RiskRuleContext>, string | null]>([
    ['critical_notifications_failed_delivery', '2', { failedDeliveries: items(2) }, null],
    ['critical_notifications_failed_delivery', '3', { failedDeliveries: items(3) }, 'critical'],
    ['critical_notifications_failed_delivery', '4', { failedDeliveries: items(4) }, 'critical'],
    ['stale_running_jobs', '0', stale(0), null],
    ['stale_running_jobs', '1', stale(1), 'high'],
    ['stale_running_jobs', '9', stale(9), 'high'],
    ['overdue_reminders_high_priority', '0', { overdueReminders: items(0) }, null],
    ['overdue_reminders_high_priority', '1', { overdueReminders: items(1) }, 'high'],
    ['overdue_reminders_high_priority', '2', { overdueReminders: items(2) }, 'high'],
    ['score_in_critical_band', 'no score', { latestScore: null }, null],
    ['score_in_critical_band', '50', scored(50), null],
    ['score_in_critical_band', '49', scored(49), 'critical'],
    ['score_in_critical_band', '0', scored(0), 'critical'],
    ['proposal_followups_overdue', '0', { overdueFollowUps: items(0) }, null],
    ['proposal_followups_overdue', '1', { overdueFollowUps: items(1) }, 'medium'],
    ['proposal_followups_overdue', '4', { overdueFollowUps: items(4) }, 'medium'],
    ['proposal_followups_overdue', '5', { overdueFollowUps: items(5) }, 'high'],
    ['proposal_followups_overdue', '6', { overdueFollowUps: items(6) }, 'high'],
    ['retention_overdue', '0', { overdueRetention: items(0) }, null],
    ['retention_overdue', '1', { overdueRetention: items(1) }, 'medium'],
    ['retention_overdue', '2', { overdueRetention: items(2) }, 'medium'],
    ['retention_overdue', '3', { overdueRetention: items(3) }, 'high'],
    ['retention_overdue', '4', { overdueRetention: items(4) }, 'high'],
  ])('%s at %s', (ruleKey, _at, facts, severity) => {
    const found = evaluateRiskRules({ ...QUIET, ...facts });
    expect(found.map((risk) => [risk.ruleKey, risk.severity])).toEqual(
      severity === null ? [] : [[ruleKey, severity]],
    );
  });

  it('carries its evidence, its scope and its key', () => {
    expect(evaluateRiskRules({ ...QUIET, overdueFollowUps: items(6) })).toEqual([
      {
        ruleKey: 'proposal_followups_overdue',
        dedupeKey: 'risk:proposal_followups_overdue:account:acme:north',
        entityType: 'account',
        entityId: 'acme:north',
        severity: 'high',
        title: 'Proposals wait for their follow-up',
        reason: '6 proposals with a follow-up date before today.',
        evidence: {
          count: 6,
          externalIds: ['item-0', 'item-1', 'item-2', 'item-3', 'item-4'],
          highFrom: 5,
          oldestFollowUpAt: '2026-11-20T08:00:00.000Z',
        },
      },
    ]);
  });

  it('shows in a critical score what made it so', () => {
    const [risk] = evaluateRiskRules({ ...QUIET, ...scored(31) });
    expect(risk?.reason).toBe('The latest score is 31 of 100, below 50.');
    expect(risk?.evidence).toMatchObject({ snapshotId: 'snapshot-1', score: 31 });
  });

  it('finds all six at once, each under a key of its own, and the same each time', () => {
    const everything: RiskRuleContext = {
      ...QUIET,
      ...scored(10),
      ...stale(2),
      failedDeliveries: items(5),
      overdueReminders: items(5),
      overdueFollowUps: items(5),
      overdueRetention: items(5),
    };
    const found = evaluateRiskRules(everything);
    expect(found.map((risk) => risk.ruleKey)).toEqual(RISK_RULE_KEYS);
    expect(new Set(found.map((risk) => risk.dedupeKey)).size).toBe(6);
    expect(evaluateRiskRules(everything)).toEqual(found);
  });
});
