import { isFarReaching } from './far-reaching.js';

const NOW = Date.parse('2026-11-24T12:00:00Z');

describe('a far-reaching suppression', () => {
  it.each([
    ['of one scope for 90 days', 'acme', '2027-02-22T12:00:00Z', false],
    ['of one scope for longer', 'acme', '2027-02-22T12:00:01Z', true],
    ['of one scope for good', 'acme', null, true],
    ['of more than one scope', null, '2026-11-25T12:00:00Z', true],
  ])('is not one %s unless it must be', (_, entityId, until, isFar) => {
    expect(isFarReaching({ entityId, until }, NOW)).toBe(isFar);
  });
});
