import { leadFactors } from '../../../src/leads/lead-factors.js';
import { computeScore } from '../../../src/scoring/scoring.engine.js';
import { factorBars, missingOf } from './factor-bars.js';

describe('the factors of a score', () => {
  it('are bars with their share, the strongest effect first', () => {
    const factor = { label: 'Label', reason: 'Reason' };
    const bars = factorBars([
      { ...factor, key: 'a', weight: 1, normalized: 90, impact: -2.5 },
      { ...factor, key: 'b', weight: 2, normalized: 40, impact: -30 },
      { ...factor, key: 'c', weight: 1, normalized: 100, impact: 12.5 },
    ]);
    expect(bars.map(({ key, tone, points, share }) => [key, tone, points, share])).toEqual([
      ['b', 'bad', '−30', 50],
      ['c', 'good', '+12.5', 25],
      ['a', 'good', '−2.5', 25],
    ]);
  });

  it('say what a lead lacks', () => {
    const of = (attributes: Record<string, unknown>): string[] =>
      missingOf(computeScore(leadFactors(attributes)).factors);
    expect(
      of({ budget: 'much', email: 'ann@example.com', phone: '1', contactName: 'Ann' }),
    ).toEqual(['Missing: urgency, fit, source, need', 'Not understood: budget']);
    expect(missingOf([])).toEqual([]);
    const known = { budget: 1, urgency: 'immediate', fit: 1, source: 'event', need: 'A website' };
    expect(of({ ...known, email: 'ann@example.com', phone: '1', contactName: 'Ann' })).toEqual([]);
  });
});
