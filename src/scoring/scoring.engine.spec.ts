import fc from 'fast-check';
import { bandOf, computeScore, type CountFactor, type GradedFactor } from './scoring.engine.js';

function count(key: string, weight: number, penalty: number, howMany: number): CountFactor {
  return { key, label: key, weight, penalty, count: howMany, reason: `${howMany} ${key}` };
}
function graded(key: string, weight: number, normalized: number): GradedFactor {
  return { key, label: key, weight, normalized, reason: `${key} ${normalized}` };
}

const anyFactor = fc.oneof(
  fc.record({
    key: fc.string(),
    label: fc.string(),
    reason: fc.string(),
    weight: fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
    count: fc.nat(),
    penalty: fc.double({ min: 0, max: 1e6, noNaN: true }),
  }),
  fc.record({
    key: fc.string(),
    label: fc.string(),
    reason: fc.string(),
    weight: fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
    normalized: fc.double({ noNaN: true }),
  }),
);

describe('bandOf', () => {
  it.each([
    [0, 'critical'],
    [49, 'critical'],
    [50, 'warning'],
    [79, 'warning'],
    [80, 'healthy'],
    [100, 'healthy'],
  ])('puts %d in the band %s', (score, band) => expect(bandOf(score)).toBe(band));
});

describe('computeScore', () => {
  it('answers 50 where there are no factors', () => {
    expect(computeScore([])).toEqual({ score: 50, band: 'warning', factors: [], reasons: [] });
  });

  it.each([
    ['no count', 0, 100, 0],
    ['one', 1, 85, -15],
    ['just not all', 6, 10, -90],
    ['more than all', 7, 0, -100],
    ['a million', 1_000_000, 0, -100],
  ])('normalizes a count: %s', (_name, howMany, normalized, impact) => {
    const { factors, score } = computeScore([count('overdue', 1, 15, howMany)]);
    expect(factors).toEqual([expect.objectContaining({ normalized, impact, count: howMany })]);
    expect(score).toBe(normalized);
  });

  it('weighs the factors', () => {
    expect(computeScore([graded('a', 3, 100), graded('b', 1, 0)]).score).toBe(75);
  });

  it('takes the band from the rounded score', () => {
    expect(computeScore([graded('a', 1, 79.5)])).toMatchObject({ score: 80, band: 'healthy' });
    expect(computeScore([graded('a', 1, 49.4)])).toMatchObject({ score: 49, band: 'critical' });
  });

  it('gives the strongest negative reason first, then positive ones, five at most', () => {
    const { reasons } = computeScore([
      count('mild', 1, 10, 1),
      count('fine_light', 1, 10, 0),
      count('worst', 2, 10, 8),
      count('fine_heavy', 3, 10, 0),
      count('bad', 1, 10, 9),
      count('fine_b', 1, 10, 0),
      count('fine_a', 1, 10, 0),
    ]);
    expect(reasons.map((reason) => reason.key)).toEqual([
      'worst',
      'bad',
      'mild',
      'fine_heavy',
      'fine_a',
    ]);
    expect(reasons.map((reason) => reason.direction)).toEqual([
      'negative',
      'negative',
      'negative',
      'positive',
      'positive',
    ]);
    expect(reasons[0]?.text).toBe('8 worst');
  });

  it('calls a graded factor positive from 50', () => {
    const { reasons } = computeScore([graded('low', 1, 49), graded('even', 1, 50)]);
    expect(reasons.map(({ key, direction }) => [key, direction])).toEqual([
      ['low', 'negative'],
      ['even', 'positive'],
    ]);
  });

  it.each([
    ['weight of nothing', count('a', 0, 1, 1)],
    ['negative weight', count('a', -1, 1, 1)],
    ['endless weight', graded('a', Infinity, 1)],
    ['negative count', count('a', 1, 1, -1)],
    ['count that is no number', count('a', 1, 1, NaN)],
    ['grade that is no number', graded('a', 1, NaN)],
  ])('refuses a %s', (_name, factor) => expect(() => computeScore([factor])).toThrow(RangeError));

  it('stays a whole number of 0–100, whatever the factors', () => {
    fc.assert(
      fc.property(fc.array(anyFactor, { maxLength: 12 }), (factors) => {
        const result = computeScore(factors);
        expect(Number.isInteger(result.score)).toBe(true);
        expect(result.score).toBeGreaterThanOrEqual(0);
        expect(result.score).toBeLessThanOrEqual(100);
        expect(result.band).toBe(bandOf(result.score));
        expect(result.reasons.length).toBe(Math.min(5, factors.length));
        const firstPositive = result.reasons.findIndex((one) => one.direction === 'positive');
        const afterIt = firstPositive < 0 ? [] : result.reasons.slice(firstPositive);
        expect(afterIt.every((one) => one.direction === 'positive')).toBe(true);
      }),
    );
  });

  it('explains itself: counts cost their impacts from 100', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(12), { minLength: 1, maxLength: 5 }), (counts) => {
        const { score, factors } = computeScore(
          counts.map((howMany, index) => count(`f${index}`, 1 + index, 12, howMany)),
        );
        const explained = factors.reduce((sum, factor) => sum + factor.impact, 100);
        expect(Math.abs(score - explained)).toBeLessThanOrEqual(0.5 + 0.05 * counts.length + 1e-9);
      }),
    );
  });

  it('never rises when a count rises', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(20), fc.nat(20), (base, more, other) => {
        const score = (howMany: number) =>
          computeScore([count('a', 2, 15, howMany), count('b', 1, 20, other)]).score;
        expect(score(base + more)).toBeLessThanOrEqual(score(base));
      }),
    );
  });
});
