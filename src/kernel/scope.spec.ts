import { ScopeFilter } from './scope.js';

const parsed = (text: string): ScopeFilter => {
  const filter = ScopeFilter.parse(text);
  if (!filter) throw new Error(`${text} is no filter`);
  return filter;
};

describe('a scope filter', () => {
  it.each([
    ['*', 'all'],
    ['account/*', 'type'],
    ['account/acme', 'one'],
    ['account/a/b', 'one'],
    ['account/a*', 'one'],
    [`account/${'x'.repeat(128)}`, 'one'],
  ] as const)('is read from %s', (text, kind) => {
    expect([String(parsed(text)), parsed(text).kind]).toEqual([text, kind]);
  });

  it.each(['', '/', 'account', 'account/', '/acme', 'Account/a', '*/*', '*/a', 'a/\u0007'])(
    'is not read from %j',
    (text) => {
      expect(ScopeFilter.parse(text)).toBeUndefined();
    },
  );

  it('is not read from an id that is too long', () => {
    expect(ScopeFilter.parse(`account/${'x'.repeat(129)}`)).toBeUndefined();
  });

  it.each([
    ['*', ['*'], '*'],
    ['*', ['account/*', 'review_stream/b'], 'account/*,review_stream/b'],
    ['account/*', ['*'], 'account/*'],
    ['account/*', ['account/a', 'account/b', 'other/*'], 'account/a,account/b'],
    ['account/a', ['account/*', 'account/a'], 'account/a'],
    ['account/a', ['account/b', 'other/*'], ''],
    ['*', [], ''],
    ['*', ['account/a', 'account/*', 'account/*'], 'account/*'],
  ])('%s within the grants %j is %s', (asked, granted, within) => {
    const grants = ScopeFilter.anyOf(granted.map(parsed));
    expect(String(parsed(asked).within(grants))).toBe(within);
  });

  it('of nothing granted has a kind of its own', () => {
    expect(ScopeFilter.ALL.within(ScopeFilter.anyOf([])).kind).toBe('none');
    expect(ScopeFilter.anyOf([parsed('a/b'), parsed('a/c')]).kind).toBe('several');
  });
});
