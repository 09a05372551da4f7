import { computedText } from './computed-text.js';

describe('a computed score', () => {
  const computed = {
    entityType: 'account',
    entityId: 'acme',
    score: 42,
    band: 'critical',
    delta: -40,
    transitions: ['threshold_breach', 'sharp_drop'],
  } as const;

  it('says how it changed', () => {
    expect(computedText({ ...computed, transitions: [...computed.transitions] })).toBe(
      'Score of account/acme: 42 critical, −40, threshold breach, sharp drop',
    );
    const same = { ...computed, transitions: [] };
    expect(computedText({ ...same, delta: 0 })).toMatch(/critical, unchanged$/);
    expect(computedText({ ...same, delta: null })).toMatch(/critical$/);
  });
});
