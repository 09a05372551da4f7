import { type Scope } from '../../kernel/scope.js';
import { type SuppressionLength } from '../suppressions/suppression-terms.js';

/** From how many dismissals of a rule in a scope on a suppression is proposed. */
export const PROPOSED_FROM = 3;
/** Dismissals of so many days count. */
export const PROPOSED_WITHIN_DAYS = 30;

/** What operators did with the NBAs of one rule in one scope within {@link PROPOSED_WITHIN_DAYS}. */
export interface DismissedRule extends Scope {
  readonly ruleKey: string;
  readonly dismissed: number;
  /** How many were suggested in that time, the dismissed included; counted to one over twice as many. */
  readonly suggested: number;
  /** Whether a suppression holds for it already. */
  readonly isSuppressed: boolean;
}

/** A rule that operators dismiss mostly, and for how long it could be suppressed. */
export interface SuppressionProposal extends Scope {
  readonly ruleKey: string;
  readonly dismissed: number;
  readonly suggested: number;
  readonly suggestion: { readonly for: SuppressionLength };
}

/**
 * What could be suppressed: a rule of which at least three NBAs, and at least half of all, were dismissed in
 * a scope; the most dismissed first. Nothing is applied by itself.
 */
export function proposalsOf(rules: readonly DismissedRule[]): SuppressionProposal[] {
  return rules
    .filter(
      ({ dismissed, suggested, isSuppressed }) =>
        !isSuppressed && dismissed >= PROPOSED_FROM && 2 * dismissed >= suggested,
    )
    .map(({ ruleKey, entityType, entityId, dismissed, suggested }) => ({
      ruleKey,
      entityType,
      entityId,
      dismissed,
      suggested,
      suggestion: { for: '30d' as const },
    }))
    .sort((a, b) => b.dismissed - a.dismissed);
}
