import { bandOf as serverBandOf } from '../../../src/scoring/scoring.engine.js';
import { bandOf, deltaText } from './bands.js';

describe('the bands of a score', () => {
  it('are those of the server', () => {
    for (let score = 0; score <= 100; score += 1) expect(bandOf(score)).toBe(serverBandOf(score));
  });

  it('change by points with a sign', () => {
    expect([null, 0, 5, -6].map(deltaText)).toEqual(['', '0', '+5', '−6']);
  });
});
