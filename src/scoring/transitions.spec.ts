import { bandOf } from './scoring.engine.js';
import { scoreDelta, scoreTransitions, type ScoreTransition } from './transitions.js';

const at = (score: number) => ({ score, band: bandOf(score) });

describe('transitions of a score', () => {
  it.each<[number, number, ScoreTransition[]]>([
    [50, 49, ['threshold_breach']],
    [49, 48, []],
    [64, 49, ['threshold_breach', 'sharp_drop']],
    [95, 80, ['sharp_drop']],
    [95, 81, []],
    [40, 20, ['sharp_drop']],
    [79, 80, ['recovery']],
    [10, 100, ['recovery']],
    [80, 100, []],
    [49, 79, []],
    [70, 70, []],
  ])('from %d to %d: %j', (before, after, expected) => {
    expect(scoreTransitions(at(before), at(after))).toEqual(expected);
    expect(scoreDelta(at(before), at(after))).toBe(after - before);
  });

  it('sees none in a first snapshot, however bad', () => {
    expect(scoreTransitions(null, at(3))).toEqual([]);
    expect(scoreDelta(null, at(3))).toBeNull();
  });
});
