import { PRIORITIES, type Priority } from '../../kernel/priority.js';
import { type NextAction } from '../model/next-action.js';
import { NEXT_ACTION_RULE_KEYS } from '../model/rule-keys.js';
import { BASE_SCORES, impactBoost, type RankingFactors, scoreOf } from './ranking.js';

/** The score of an action under a priority that an operator holds, and the factors that explain it. */
export interface HeldRanking {
  readonly score: number;
  readonly factors: RankingFactors & { readonly score: number };
}

/** The ranking under another priority: its base, and at least the least impact of that priority. */
export function rankingUnder(priority: Priority, factors: RankingFactors): HeldRanking {
  const held: RankingFactors = {
    ...factors,
    base: BASE_SCORES[priority],
    impactBoost: impactBoost(factors.impactBoost, priority),
  };
  const score = scoreOf(held);
  return { score, factors: { ...held, score } };
}

/** The same for each priority: a run does not know which one an operator holds when it ranks. */
export function rankingsUnder(factors: RankingFactors): Record<Priority, HeldRanking> {
  return Object.fromEntries(
    PRIORITIES.map((priority) => [priority, rankingUnder(priority, factors)]),
  ) as Record<Priority, HeldRanking>;
}

type Rescored = Pick<NextAction, 'score'> & Partial<Pick<NextAction, 'explanation'>>;

/**
 * The score of an NBA under another priority, with its explanation where a rule made it. The score of an API
 * client has no factors: it moves by the difference of the bases.
 */
export function rescored(nextAction: NextAction, priority: Priority): Rescored {
  const factors = factorsOf(nextAction);
  if (factors === undefined) {
    const moved = nextAction.score + BASE_SCORES[priority] - BASE_SCORES[nextAction.priority];
    return { score: Math.min(100, Math.max(0, moved)) };
  }
  const ranking = rankingUnder(priority, factors);
  return {
    score: ranking.score,
    explanation: { ...nextAction.explanation, factors: ranking.factors },
  };
}

/** The factors of a rule's NBA. A client may write an explanation of its own, whose factors may be anything. */
function factorsOf({ createdByRule, explanation }: NextAction): RankingFactors | undefined {
  if (!(NEXT_ACTION_RULE_KEYS as readonly (string | null)[]).includes(createdByRule)) {
    return undefined;
  }
  const { factors } = (explanation ?? {}) as { readonly factors?: RankingFactors };
  // A run of an earlier version wrote no track record.
  return factors && Object.assign({ trackRecord: 0 }, factors);
}
