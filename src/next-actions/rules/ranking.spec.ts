import fc from 'fast-check';
import { PRIORITIES } from '../../kernel/priority.js';
import {
  countBoost,
  impactBoost,
  rankCandidates,
  rankingOf,
  type RankingSignals,
  recencyBoost,
  urgencyBoost,
} from './ranking.js';

const NOW = new Date('2026-11-24T12:00:00Z');
const HOUR = 3_600_000;
const ago = (ms: number) => new Date(NOW.getTime() - ms);

const PLAIN: RankingSignals = {
  priority: 'medium',
  count: 0,
  newestAt: null,
  oldestDueAt: null,
  impact: 0,
  friction: 0,
};
const candidate = (dedupeKey: string, signals: Partial<RankingSignals> = {}) => ({
  dedupeKey,
  signals: { ...PLAIN, ...signals },
});
const keysOf = (candidates: readonly { dedupeKey: string }[]) =>
  candidates.map((one) => one.dedupeKey);

describe('boosts', () => {
  it.each([
    [0, 0],
    [1, 1],
    [9, 9],
    [10, 10],
    [11, 10],
    [1_000_000, 10],
  ])('count of %d: %d', (count, points) => expect(countBoost(count)).toBe(points));

  it.each([
    ['no item', null, 0],
    ['now', ago(0), 10],
    ['an hour ahead of our clock', ago(-HOUR), 10],
    ['just under 6 h', ago(6 * HOUR - 1), 10],
    ['6 h', ago(6 * HOUR), 9],
    ['just under 60 h', ago(60 * HOUR - 1), 1],
    ['60 h', ago(60 * HOUR), 0],
    ['a year', ago(365 * 24 * HOUR), 0],
  ])('recency of %s', (_name, newestAt, points) => {
    expect(recencyBoost(newestAt, NOW)).toBe(points);
  });

  it.each([
    ['no due date', null, 0],
    ['due tomorrow', ago(-24 * HOUR), 0],
    ['due now', ago(0), 0],
    ['a millisecond overdue', ago(1), 2],
    ['just under a day', ago(24 * HOUR - 1), 2],
    ['a day', ago(24 * HOUR), 3],
    ['just under eight days', ago(8 * 24 * HOUR - 1), 9],
    ['eight days', ago(8 * 24 * HOUR), 10],
    ['a year', ago(365 * 24 * HOUR), 10],
  ])('urgency of %s', (_name, dueAt, points) => expect(urgencyBoost(dueAt, NOW)).toBe(points));

  it.each([
    [0, 'critical', 5],
    [4, 'critical', 5],
    [6, 'critical', 6],
    [99, 'critical', 10],
    [0, 'high', 0],
    [4, 'low', 4],
  ] as const)('impact of %d at %s: %d', (impact, priority, points) => {
    expect(impactBoost(impact, priority)).toBe(points);
  });
});

describe('the score of a candidate', () => {
  it.each([
    ['critical', 95],
    ['high', 75],
    ['medium', 55],
    ['low', 30],
  ] as const)('starts from the base of %s', (priority, score) => {
    expect(rankingOf({ ...PLAIN, priority }, NOW).score).toBe(score);
  });

  it('adds its boosts and subtracts its friction', () => {
    const signals: RankingSignals = {
      priority: 'medium',
      count: 4,
      newestAt: ago(HOUR),
      oldestDueAt: ago(24 * HOUR),
      impact: 6,
      friction: 2,
    };
    expect(rankingOf(signals, NOW)).toEqual({
      score: 76,
      factors: {
        base: 55,
        countBoost: 4,
        recencyBoost: 10,
        urgencyBoost: 3,
        impactBoost: 6,
        friction: 2,
        trackRecord: 0,
      },
    });
  });

  it('moves with its track record, by 5 points at most', () => {
    const scores = [-50, -5, -1, 0, 3, 5, 50].map(
      (trackRecord) => rankingOf({ ...PLAIN, trackRecord }, NOW).score,
    );
    expect(scores).toEqual([50, 50, 54, 55, 58, 60, 60]);
  });

  it('is at most 100, and friction at most 5', () => {
    const most = { count: 10, newestAt: NOW, oldestDueAt: ago(1e10), impact: 10 };
    expect(rankingOf({ ...PLAIN, ...most, priority: 'critical' }, NOW).score).toBe(100);
    expect(rankingOf({ ...PLAIN, friction: 50 }, NOW).score).toBe(50);
  });
});

const anySignals: fc.Arbitrary<RankingSignals> = fc.record({
  priority: fc.constantFrom(...PRIORITIES),
  count: fc.nat(15),
  newestAt: fc.option(fc.date({ noInvalidDate: true })),
  oldestDueAt: fc.option(fc.date({ noInvalidDate: true })),
  impact: fc.double({ min: -100, max: 100, noNaN: true }),
  friction: fc.double({ min: -100, max: 100, noNaN: true }),
  trackRecord: fc.double({ min: -100, max: 100, noNaN: true }),
});
/** Few values, so that ties are the rule. */
const tyingSignals: fc.Arbitrary<RankingSignals> = fc.record({
  priority: fc.constantFrom('medium', 'high'),
  count: fc.nat(1),
  newestAt: fc.constantFrom(null, ago(HOUR), ago(2 * HOUR)),
  oldestDueAt: fc.constantFrom(null, ago(HOUR), ago(2 * HOUR)),
  impact: fc.nat(1),
  friction: fc.nat(1),
});
const anyCandidates = fc.uniqueArray(
  fc.record({ dedupeKey: fc.string(), signals: fc.oneof(anySignals, tyingSignals) }),
  { selector: (one) => one.dedupeKey, maxLength: 20 },
);

describe('ranking', () => {
  it('is by score, whatever the priority', () => {
    const weak = candidate('high', { priority: 'high', friction: 5 });
    const strong = candidate('medium', { count: 10, impact: 10 });
    expect(keysOf(rankCandidates([weak, strong], NOW))).toEqual(['medium', 'high']);
  });

  it.each([
    [
      'priority',
      candidate('z', { priority: 'high', friction: 5 }),
      candidate('a', { count: 10, impact: 5 }),
    ],
    [
      'urgency',
      candidate('z', { oldestDueAt: ago(2 * HOUR) }),
      candidate('a', { oldestDueAt: ago(HOUR) }),
    ],
    ['urgency over none', candidate('z', { oldestDueAt: ago(-HOUR) }), candidate('a')],
    [
      'recency',
      candidate('z', { newestAt: ago(HOUR) }),
      candidate('a', { newestAt: ago(2 * HOUR) }),
    ],
    ['dedupe key by code unit', candidate('Z'), candidate('a')],
  ])('breaks a tie by %s', (_name, first, second) => {
    const ranked = rankCandidates([second, first], NOW);
    expect(ranked[0]?.score).toBe(ranked[1]?.score);
    expect(keysOf(ranked)).toEqual([first.dedupeKey, second.dedupeKey]);
  });

  it('is the same whatever the order of the candidates', () => {
    const shuffled = anyCandidates.chain((candidates) =>
      fc.tuple(
        fc.constant(candidates),
        fc.shuffledSubarray(candidates, { minLength: candidates.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([candidates, other]) => {
        expect(rankCandidates(other, NOW)).toEqual(rankCandidates(candidates, NOW));
      }),
    );
  });

  it('keeps every candidate, with a whole score of 0–100, best first', () => {
    fc.assert(
      fc.property(anyCandidates, (candidates) => {
        const ranked = rankCandidates(candidates, NOW);
        expect(new Set(keysOf(ranked))).toEqual(new Set(keysOf(candidates)));
        ranked.forEach(({ score }, index) => {
          expect(Number.isInteger(score) && score >= 0 && score <= 100).toBe(true);
          expect(score).toBeLessThanOrEqual(ranked[index - 1]?.score ?? 100);
        });
      }),
    );
  });
});
