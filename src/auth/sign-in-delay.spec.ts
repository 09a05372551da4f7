import { pauseAfter } from './sign-in-delay.js';

describe('the pause before a sign-in', () => {
  it('is none after a few wrong passwords, then grows, and ends at its most', () => {
    const pauses = Array.from({ length: 12 }, (_, tries) => pauseAfter(tries, 2000));
    expect(pauses).toEqual([0, 0, 0, 0, 0, 125, 250, 500, 1000, 2000, 2000, 2000]);
    expect(pauseAfter(1_000_000, 2000)).toBe(2000);
  });

  it('can be switched off', () => {
    expect(pauseAfter(1_000_000, 0)).toBe(0);
  });
});
