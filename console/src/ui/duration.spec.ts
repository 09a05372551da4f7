import { durationText } from './duration.js';

describe('a span of time', () => {
  it.each([
    [4, '4 ms'],
    [2400, '2.4 s'],
    [59_990, '59.9 s'],
    [185_000, '3 min'],
    [5_400_000, '1.5 h'],
    [86_399_000, '23.9 h'],
    [172_800_000, '2 d'],
  ])('of %s ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});
