import { madeMeanwhile, NEW_TOKEN, newTokenOf, stateOf, type Token } from './token-values.js';

const NOW = Date.parse('2026-06-01T12:00:00.000Z');
const TOKEN: Token = {
  id: '01a20c27-0000-7000-8000-000000000001',
  name: 'CRM push',
  prefix: 'nba_Xk29Qz',
  role: 'operator',
  scopes: ['account/acme'],
  createdBy: null,
  createdAt: '2026-05-01T00:00:00.000Z',
  expiresAt: '2026-09-01T00:00:00.000Z',
  lastUsedAt: null,
  revokedAt: null,
};

describe('the form of a token', () => {
  it('counts days from now', () => {
    const values = { ...NEW_TOKEN, name: ' CRM push ', scopes: 'account/acme\naccount/*' };
    expect(newTokenOf({ ...values, life: '30' }, NOW)).toEqual({
      name: 'CRM push',
      role: 'operator',
      scopes: ['account/acme', 'account/*'],
      expiresAt: '2026-07-01T12:00:00.000Z',
    });
  });

  it('ends a day of the reader at its end', () => {
    const { expiresAt } = newTokenOf({ ...NEW_TOKEN, life: 'date', date: '2026-06-30' }, NOW);
    expect(expiresAt).toBe(new Date(2026, 5, 30, 23, 59, 59).toISOString());
  });
});

describe('the state of a token', () => {
  it.each([
    ['active', {}],
    ['expires soon', { expiresAt: '2026-06-10T00:00:00.000Z' }],
    ['expired', { expiresAt: '2026-06-01T12:00:00.000Z' }],
    ['revoked', { revokedAt: '2026-05-02T00:00:00.000Z', expiresAt: '2026-05-03T00:00:00.000Z' }],
  ])('is %s', (state, change) => {
    expect(stateOf({ ...TOKEN, ...change }, NOW)).toBe(state);
  });
});

describe('a lost answer', () => {
  it('finds the tokens of the name that were not there before', () => {
    const made = { ...TOKEN, id: '01a20c27-0000-7000-8000-000000000002' };
    const other = { ...made, id: '01a20c27-0000-7000-8000-000000000003', name: 'Other' };
    const found = madeMeanwhile([other, made, TOKEN], new Set([TOKEN.id]), 'CRM push ');
    expect(found).toEqual([made]);
  });
});
