import { distanceOf, isInstant, relativeTime } from './relative-time.js';

const NOW = Date.parse('2026-11-24T10:00:00.000Z');

describe('a relative time', () => {
  it.each([
    ['2026-11-24T09:59:30.000Z', 'now'],
    ['2026-11-24T09:01:00.000Z', '59 min'],
    ['2026-11-24T08:00:00.000Z', '2 h'],
    ['2026-11-22T09:00:00.000Z', '2 d'],
    ['2026-09-01T09:00:00.000Z', '2 mo'],
    ['2024-09-01T09:00:00.000Z', '2 y'],
  ])('of %s is %s', (iso, expected) => expect(distanceOf(iso, NOW)).toBe(expected));

  it('has a direction', () => {
    expect(relativeTime('2026-11-24T08:00:00.000Z', NOW)).toBe('2 h ago');
    expect(relativeTime('2026-11-25T10:00:00.000Z', NOW)).toBe('in 1 d');
    expect(relativeTime('2026-11-24T10:00:00.000Z', NOW)).toBe('just now');
  });

  it('is made of times of the API alone', () => {
    expect(isInstant('2026-11-24T10:00:00.000Z')).toBe(true);
    expect(isInstant('2026-11-24')).toBe(false);
    expect(isInstant('2026-13-45T10:00:00.000Z')).toBe(false);
  });
});
