import { rankingsUnder, rankingUnder } from './held-priority.js';
import { type RankingSignals, rankingOf } from './ranking.js';

const NOW = new Date('2026-11-24T12:00:00Z');
const SIGNALS: RankingSignals = {
  priority: 'medium',
  count: 3,
  newestAt: null,
  oldestDueAt: null,
  impact: 2,
  friction: 1,
};

describe('the ranking under a held priority', () => {
  it('is the own ranking under the own priority', () => {
    const { score, factors } = rankingOf(SIGNALS, NOW);
    expect(rankingUnder('medium', factors)).toEqual({ score, factors: { ...factors, score } });
  });

  it('is the ranking that the rule would have with that priority', () => {
    const { factors } = rankingOf(SIGNALS, NOW);
    for (const priority of ['low', 'high', 'critical'] as const) {
      const { score } = rankingOf({ ...SIGNALS, priority }, NOW);
      expect(rankingsUnder(factors)[priority].score).toBe(score);
    }
  });

  it('stays within 100', () => {
    const { factors } = rankingOf({ ...SIGNALS, count: 10, impact: 10, friction: 0 }, NOW);
    expect(rankingUnder('critical', factors).score).toBe(100);
  });
});
