import { countNoun } from '../../kernel/count-noun.js';
import { type Priority } from '../../kernel/priority.js';
import { isReviewStream, type Scope, scopedRuleKey } from '../../kernel/scope.js';
import { WARNING_FROM } from '../../scoring/scoring.engine.js';
import {
  WORK_ITEM_CONDITIONS,
  type WorkItemConditionKey,
} from '../../work-items/work-item-conditions.js';
import { type WorkItemFacts } from '../../work-items/work-item-facts.js';
import { type WorkItemKind } from '../../work-items/work-item-kinds.js';
import {
  type Evidence,
  itemEvidence,
  itemsLink,
  type Link,
  scoreEvidence,
  scoreLink,
} from './explanation.js';
import { type NextActionRuleKey } from '../model/rule-keys.js';
import { type NextActionCondition, type NextActionContext } from './next-action-context.js';
import { PLAYBOOKS } from './playbooks.js';
import { type RankingSignals } from './ranking.js';

/** A recommendation before it is ranked. */
export interface NextActionCandidate extends Scope {
  readonly ruleKey: NextActionRuleKey;
  /** `nba:<rule>:<entityType>:<entityId>` */
  readonly dedupeKey: string;
  readonly title: string;
  readonly reason: string;
  readonly sourceType: WorkItemKind | 'score';
  readonly signals: RankingSignals;
  readonly evidence: readonly Evidence[];
  readonly recommendedSteps: readonly string[];
  readonly links: readonly [Link, ...Link[]];
}

/** A rule that recommends as soon as one open item meets its condition. */
interface ItemRule {
  readonly condition: NextActionCondition;
  /** `all`, or all but review streams. */
  readonly scopes: 'all' | 'not_review_stream';
  readonly priority: (count: number) => Priority;
  readonly title: string;
  readonly reason: (count: number) => string;
  /** Effort: 0 one press, 1 own work, 2 a conversation, 3 an answer of somebody else. */
  readonly friction: number;
}

/** Overdue retention contacts from which a medium action is high. */
export const RETENTION_HIGH_FROM = 3;

const SCORE_RULE = 'score_in_critical_band';

/** The six rules over work items. Source: docs/domain.md, "Next-action rules". */
const ITEM_RULES = {
  failed_notification_deliveries: {
    condition: 'delivery_failed',
    scopes: 'not_review_stream',
    priority: () => 'high',
    title: 'Retry the failed notification deliveries',
    reason: (count) =>
      `${countNoun(count, 'notification delivery', 'notification deliveries')} failed.`,
    friction: 0,
  },
  overdue_reminders_high_priority: {
    condition: 'reminder_overdue',
    scopes: 'all',
    priority: () => 'medium',
    title: 'Work off the overdue reminders',
    reason: (count) => `${countNoun(count, 'reminder')} overdue.`,
    friction: 1,
  },
  proposals_sent_no_followup_date: {
    condition: 'proposal_without_follow_up',
    scopes: 'all',
    priority: () => 'medium',
    title: 'Set a follow-up date for the sent proposals',
    reason: (count) => `${countNoun(count, 'sent proposal')} without a follow-up date.`,
    friction: 1,
  },
  retention_overdue: {
    condition: 'retention_overdue',
    scopes: 'all',
    priority: (count) => (count >= RETENTION_HIGH_FROM ? 'high' : 'medium'),
    title: 'Contact the customers who wait for it',
    reason: (count) => `${countNoun(count, 'retention contact')} overdue.`,
    friction: 2,
  },
  handoff_no_client_confirm: {
    condition: 'handoff_awaiting_client',
    scopes: 'all',
    priority: () => 'medium',
    title: 'Get the client to confirm the handoff',
    reason: (count) =>
      count === 1
        ? '1 handoff awaits its confirmation by the client.'
        : `${count} handoffs await their confirmation by the client.`,
    friction: 3,
  },
  intake_leads_unscored: {
    condition: 'lead_unscored',
    scopes: 'not_review_stream',
    priority: () => 'low',
    title: 'Score the new intake leads',
    reason: (count) => `${countNoun(count, 'intake lead')} without a score.`,
    friction: 0,
  },
} as const satisfies Record<Exclude<NextActionRuleKey, typeof SCORE_RULE>, ItemRule>;

const ITEM_RULE_KEYS = Object.keys(ITEM_RULES) as (keyof typeof ITEM_RULES)[];

/** The condition whose items an NBA of this rule is about; undefined for any other rule. */
export function conditionOfRule(ruleKey: string | null): WorkItemConditionKey | undefined {
  return ruleKey !== null && Object.hasOwn(ITEM_RULES, ruleKey)
    ? ITEM_RULES[ruleKey as keyof typeof ITEM_RULES].condition
    : undefined;
}

/** What is recommended in the context, unranked. Pure: the same context gives the same candidates. */
export function evaluateNextActionRules(context: NextActionContext): NextActionCandidate[] {
  return [
    ...criticalScore(context),
    ...ITEM_RULE_KEYS.flatMap((ruleKey) => itemCandidate(ruleKey, ITEM_RULES[ruleKey], context)),
  ];
}

function itemCandidate(
  ruleKey: NextActionRuleKey,
  rule: ItemRule,
  { scope, items }: NextActionContext,
): NextActionCandidate[] {
  const facts = items[rule.condition];
  if (facts.count < 1 || (rule.scopes !== 'all' && isReviewStream(scope))) return [];
  return [
    {
      ...sharedBy(ruleKey, scope),
      title: rule.title,
      reason: rule.reason(facts.count),
      sourceType: WORK_ITEM_CONDITIONS[rule.condition].kind,
      signals: {
        priority: rule.priority(facts.count),
        count: facts.count,
        newestAt: facts.newestAt,
        oldestDueAt: facts.oldestDueAt,
        impact: itemImpact(facts),
        friction: rule.friction,
      },
      evidence: itemEvidence(facts),
      links: [itemsLink(scope, rule.condition)],
    },
  ];
}

/** 2 points for each item of priority critical and 1 for each of priority high. */
function itemImpact(facts: WorkItemFacts): number {
  return 2 * facts.criticalPriorityCount + facts.highPriorityCount;
}

function criticalScore({ scope, latestScore: latest }: NextActionContext): NextActionCandidate[] {
  if (latest?.band !== 'critical' || isReviewStream(scope)) return [];
  return [
    {
      ...sharedBy(SCORE_RULE, scope),
      title: 'Bring the score out of the critical band',
      reason: `The score is ${latest.score} of 100, below ${WARNING_FROM}.`,
      sourceType: 'score',
      signals: {
        priority: 'critical',
        count: 1,
        newestAt: latest.computedAt,
        oldestDueAt: null,
        // One point for each 5 points below the band above.
        impact: Math.ceil((WARNING_FROM - latest.score) / 5),
        friction: 2,
      },
      evidence: scoreEvidence(latest),
      links: [scoreLink(scope)],
    },
  ];
}

function sharedBy(
  ruleKey: NextActionRuleKey,
  scope: Scope,
): Pick<
  NextActionCandidate,
  'ruleKey' | 'dedupeKey' | 'entityType' | 'entityId' | 'recommendedSteps'
> {
  const { entityType, entityId } = scope;
  const recommendedSteps = PLAYBOOKS[ruleKey].steps.map(({ text }) => text);
  const dedupeKey = scopedRuleKey('nba', ruleKey, scope);
  return { ruleKey, dedupeKey, entityType, entityId, recommendedSteps };
}
