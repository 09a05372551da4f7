import { barsOf } from './rank-bars.js';

describe('the bars of a rank', () => {
  it('show what adds and what takes away, and not the sum', () => {
    const factors = {
      countBoost: 3,
      base: 75,
      urgencyBoost: 0,
      friction: 2,
      trackRecord: -4,
      score: 72,
    };
    expect(barsOf(factors)).toEqual([
      { name: 'base', label: 'Base', points: 75, share: 75 },
      { name: 'countBoost', label: 'Count', points: 3, share: 3 },
      { name: 'friction', label: 'Friction', points: -2, share: 2 },
      { name: 'trackRecord', label: 'Track record', points: -4, share: 4 },
    ]);
  });
});
