import { type Priority } from '../../kernel/priority.js';
import { DEFAULT_SCOPE, REVIEW_STREAM, type Scope } from '../../kernel/scope.js';
import { bandOf } from '../../scoring/scoring.engine.js';
import { NO_ITEMS, type WorkItemFacts } from '../../work-items/work-item-facts.js';
import { explain } from './explanation.js';
import {
  NEXT_ACTION_CONDITIONS,
  type NextActionCondition,
  type NextActionContext,
} from './next-action-context.js';
import { evaluateNextActionRules } from './next-action-rules.js';
import { NEXT_ACTION_RULE_KEYS, type NextActionRuleKey } from '../model/rule-keys.js';
import { rankCandidates } from './ranking.js';

const NOW = new Date('2026-11-24T12:00:00Z');
const CUSTOM: Scope = { entityType: 'account', entityId: 'acme & sons' };

type Items = Record<NextActionCondition, WorkItemFacts>;
const QUIET = Object.fromEntries(NEXT_ACTION_CONDITIONS.map((key) => [key, NO_ITEMS])) as Items;

function facts(count: number): WorkItemFacts {
  return {
    ...NO_ITEMS,
    count,
    highPriorityCount: Math.min(count, 1),
    oldestDueAt: new Date('2026-11-22T12:00:00Z'),
    newestAt: new Date('2026-11-24T11:00:00Z'),
    externalIds: ['first', 'second'].slice(0, count),
  };
}

function context(
  scope: Scope,
  counts: Partial<Record<NextActionCondition, number>>,
  score?: number,
): NextActionContext {
  const latestScore =
    score === undefined
      ? null
      : {
          snapshotId: 'snapshot-1',
          score,
          band: bandOf(score),
          computedAt: new Date('2026-11-24T11:59:00Z'),
          reasons: ['7 follow-ups overdue'],
        };
  const items = Object.fromEntries(
    Object.entries(counts).map(([key, count]) => [key, facts(count)]),
  );
  return { scope, now: NOW, latestScore, items: { ...QUIET, ...items } };
}

const EVERYTHING = Object.fromEntries(NEXT_ACTION_CONDITIONS.map((key) => [key, 4]));

describe('next-action rules', () => {
  it('recommend nothing for a scope without open items', () => {
    expect(evaluateNextActionRules(context(DEFAULT_SCOPE, {}))).toEqual([]);
  });

  it.each<[NextActionRuleKey, NextActionCondition, number, Priority | null]>([
    ['failed_notification_deliveries', 'delivery_failed', 0, null],
    ['failed_notification_deliveries', 'delivery_failed', 1, 'high'],
    ['failed_notification_deliveries', 'delivery_failed', 2, 'high'],
    ['overdue_reminders_high_priority', 'reminder_overdue', 0, null],
    ['overdue_reminders_high_priority', 'reminder_overdue', 1, 'medium'],
    ['overdue_reminders_high_priority', 'reminder_overdue', 50, 'medium'],
    ['proposals_sent_no_followup_date', 'proposal_without_follow_up', 0, null],
    ['proposals_sent_no_followup_date', 'proposal_without_follow_up', 1, 'medium'],
    ['retention_overdue', 'retention_overdue', 0, null],
    ['retention_overdue', 'retention_overdue', 1, 'medium'],
    ['retention_overdue', 'retention_overdue', 2, 'medium'],
    ['retention_overdue', 'retention_overdue', 3, 'high'],
    ['retention_overdue', 'retention_overdue', 4, 'high'],
    ['handoff_no_client_confirm', 'handoff_awaiting_client', 0, null],
    ['handoff_no_client_confirm', 'handoff_awaiting_client', 1, 'medium'],
    ['intake_leads_unscored', 'lead_unscored', 0, null],
    ['intake_leads_unscored', 'lead_unscored', 1, 'low'],
  ])('%s with %s of %d', (ruleKey, condition, count, priority) => {
    const found = evaluateNextActionRules(context(DEFAULT_SCOPE, { [condition]: count }));
    expect(found.map((one) => [one.ruleKey, one.signals.priority])).toEqual(
      priority === null ? [] : [[ruleKey, priority]],
    );
  });

  it.each([
    [50, []],
    [49, ['score_in_critical_band']],
    [0, ['score_in_critical_band']],
  ])('a score of %d', (score, rules) => {
    const found = evaluateNextActionRules(context(DEFAULT_SCOPE, {}, score));
    expect(found.map((one) => one.ruleKey)).toEqual(rules);
  });

  it.each([
    [49, 1],
    [45, 1],
    [44, 2],
    [0, 10],
  ])('a score of %d has an impact of %d', (score, impact) => {
    const [found] = evaluateNextActionRules(context(DEFAULT_SCOPE, {}, score));
    expect(found?.signals.impact).toBe(impact);
  });

  it.each([
    ['the command center', DEFAULT_SCOPE, [...NEXT_ACTION_RULE_KEYS]],
    ['a custom scope', CUSTOM, [...NEXT_ACTION_RULE_KEYS]],
    [
      'a review stream',
      REVIEW_STREAM,
      [
        'overdue_reminders_high_priority',
        'proposals_sent_no_followup_date',
        'retention_overdue',
        'handoff_no_client_confirm',
      ],
    ],
  ])('that apply to %s', (_name, scope, rules) => {
    const found = evaluateNextActionRules(context(scope, EVERYTHING, 10));
    expect(found.map((one) => one.ruleKey)).toEqual(rules);
    for (const { dedupeKey, ruleKey } of found) {
      expect(dedupeKey).toBe(`nba:${ruleKey}:${scope.entityType}:${scope.entityId}`);
    }
  });

  it('weigh items by their priority', () => {
    const items = { ...facts(9), highPriorityCount: 3, criticalPriorityCount: 2 };
    const [found] = evaluateNextActionRules({
      ...context(CUSTOM, {}),
      items: { ...QUIET, reminder_overdue: items },
    });
    expect(found?.signals.impact).toBe(7);
  });

  it('explain what they recommend', () => {
    const candidates = evaluateNextActionRules(context(CUSTOM, { reminder_overdue: 2 }));
    const [ranked] = rankCandidates(candidates, NOW);
    expect(ranked && explain(ranked)).toEqual({
      ruleKey: 'overdue_reminders_high_priority',
      summary: '2 reminders overdue.',
      evidence: [
        { key: 'count', label: 'Items', value: 2 },
        { key: 'pressing', label: 'Of priority high or critical', value: 1 },
        { key: 'oldestDueAt', label: 'First was due', value: '2026-11-22T12:00:00.000Z' },
        { key: 'newestAt', label: 'Latest', value: '2026-11-24T11:00:00.000Z' },
        { key: 'externalIds', label: 'Examples', value: ['first', 'second'] },
      ],
      recommendedSteps: ['Do the oldest reminder first.', 'Move or cancel what no longer matters.'],
      links: [
        {
          label: 'The items',
          href: '/api/work-items?entityType=account&entityId=acme+%26+sons&condition=reminder_overdue',
        },
      ],
      factors: {
        base: 55,
        countBoost: 2,
        recencyBoost: 10,
        urgencyBoost: 4,
        impactBoost: 1,
        friction: 1,
        trackRecord: 0,
        score: 71,
      },
    });
  });

  it('explain a critical score by its reasons, with a link that keeps any id whole', () => {
    const [candidate] = evaluateNextActionRules(context(CUSTOM, {}, 31));
    expect(candidate?.evidence).toContainEqual({
      key: 'reasons',
      label: 'Reasons',
      value: ['7 follow-ups overdue'],
    });
    expect(candidate?.links[0].href).toBe('/api/scores/account/acme%20%26%20sons');
  });

  it.each(NEXT_ACTION_RULE_KEYS)('%s recommends steps and links to what it counted', (ruleKey) => {
    const found = evaluateNextActionRules(context(DEFAULT_SCOPE, EVERYTHING, 10));
    const candidate = found.find((one) => one.ruleKey === ruleKey);
    expect(candidate?.recommendedSteps.length).toBeGreaterThan(0);
    expect(candidate?.links[0].href).toMatch(/^\/api\//);
    expect(candidate?.reason).toMatch(/\d/);
  });
});
