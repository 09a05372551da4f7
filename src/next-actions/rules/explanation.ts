import { type Scope } from '../../kernel/scope.js';
import { type LatestScore } from '../../scoring/latest-score.js';
import { type WorkItemConditionKey } from '../../work-items/work-item-conditions.js';
import { type WorkItemFacts } from '../../work-items/work-item-facts.js';
import { type RankingFactors } from './ranking.js';

/** One fact behind a recommendation; times are ISO 8601 UTC. */
export interface Evidence {
  readonly key: string;
  readonly label: string;
  readonly value: string | number | readonly string[];
}

/** Where a client reads more. */
export interface Link {
  readonly label: string;
  /** A path of this API, with its query. */
  readonly href: string;
}

/** Why an action is recommended, what to do, and how its rank was computed. */
export interface NextActionExplanation {
  readonly ruleKey: string;
  readonly summary: string;
  readonly evidence: readonly Evidence[];
  readonly recommendedSteps: readonly string[];
  readonly links: readonly Link[];
  readonly factors: RankingFactors & { readonly score: number };
}

interface Explainable {
  readonly ruleKey: string;
  readonly reason: string;
  readonly evidence: readonly Evidence[];
  readonly recommendedSteps: readonly string[];
  readonly links: readonly Link[];
  readonly score: number;
  readonly factors: RankingFactors;
}

/** The explanation of a ranked candidate. */
export function explain(ranked: Explainable): NextActionExplanation {
  const { ruleKey, reason: summary, evidence, recommendedSteps, links, score, factors } = ranked;
  return { ruleKey, summary, evidence, recommendedSteps, links, factors: { ...factors, score } };
}

/** The facts of work items as evidence; unknown values are left out. */
export function itemEvidence(facts: WorkItemFacts): Evidence[] {
  const evidence: Evidence[] = [{ key: 'count', label: 'Items', value: facts.count }];
  const pressing = facts.highPriorityCount + facts.criticalPriorityCount;
  if (pressing > 0) {
    evidence.push({ key: 'pressing', label: 'Of priority high or critical', value: pressing });
  }
  if (facts.oldestDueAt !== null) {
    const value = facts.oldestDueAt.toISOString();
    evidence.push({ key: 'oldestDueAt', label: 'First was due', value });
  }
  if (facts.newestAt !== null) {
    evidence.push({ key: 'newestAt', label: 'Latest', value: facts.newestAt.toISOString() });
  }
  evidence.push({ key: 'externalIds', label: 'Examples', value: facts.externalIds });
  return evidence;
}

/** A score as evidence. */
export function scoreEvidence(latest: LatestScore): Evidence[] {
  return [
    { key: 'score', label: 'Score', value: latest.score },
    { key: 'band', label: 'Band', value: latest.band },
    { key: 'computedAt', label: 'Computed at', value: latest.computedAt.toISOString() },
    { key: 'reasons', label: 'Reasons', value: latest.reasons },
  ];
}

/** A link to the list of exactly the items that a recommendation counted. */
export function itemsLink(scope: Scope, condition: WorkItemConditionKey): Link {
  const query = new URLSearchParams({
    entityType: scope.entityType,
    entityId: scope.entityId,
    condition,
  });
  return { label: 'The items', href: `/api/work-items?${query.toString()}` };
}

/** The scope's score with its history. */
export function scoreLink(scope: Scope): Link {
  const [type, id] = [scope.entityType, scope.entityId].map(encodeURIComponent);
  return { label: 'The score and its history', href: `/api/scores/${type}/${id}` };
}
