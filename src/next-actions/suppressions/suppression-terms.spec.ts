import { endOfLength, isFarReaching, namedEnd } from './suppression-terms.js';

const NOW = new Date('2026-11-24T05:00:00.000Z');
const inDays = (days: number, ms = 0): Date => new Date(NOW.getTime() + days * 86_400_000 + ms);
const ACME = { entityType: 'account', entityId: 'acme' };

describe('the terms of a suppression', () => {
  it.each([
    ['7d', inDays(7)],
    ['30d', inDays(30)],
    ['forever', null],
  ] as const)('end after %s', (length, end) => {
    expect(endOfLength(length, NOW)).toEqual(end);
    expect(namedEnd({ for: length }, NOW)).toEqual(end);
  });

  it('name an instant that is ahead, or nothing', () => {
    expect(namedEnd({ until: '2026-11-24T05:00:00.001Z' }, NOW)).toEqual(inDays(0, 1));
    expect(namedEnd({}, NOW)).toBeUndefined();
    expect(() => namedEnd({ until: NOW.toISOString() }, NOW)).toThrow('until must be ahead');
    expect(() => namedEnd({ for: '7d', until: '2027-01-01T00:00:00Z' }, NOW)).toThrow('not both');
  });

  it('reach far for good, over 90 days, and over more than one scope', () => {
    expect(isFarReaching(ACME, inDays(90), NOW)).toBe(false);
    expect(isFarReaching(ACME, inDays(90, 1), NOW)).toBe(true);
    expect(isFarReaching(ACME, null, NOW)).toBe(true);
    expect(isFarReaching({ entityType: 'account' }, inDays(1), NOW)).toBe(true);
    expect(isFarReaching({}, inDays(1), NOW)).toBe(true);
  });
});
