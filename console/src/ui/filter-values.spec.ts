import { given, oneScope, SCOPE, searchOf, valuesOf } from './filter-values.js';

describe('the filters in an address', () => {
  const rules = { scope: SCOPE, open: /^true$/ };

  it('are those that may be there, the others are none', () => {
    expect(valuesOf('?scope=account%2Facme&open=yes&other=1', rules)).toEqual({
      scope: 'account/acme',
      open: '',
    });
    expect(searchOf({ scope: 'account/acme & sons', open: '' })).toBe(
      '?scope=account%2Facme+%26+sons',
    );
    expect(searchOf({ scope: '' })).toBe('');
    expect(given({ scope: '*', open: '' })).toEqual({ scope: '*' });
  });

  it('name one scope, or several', () => {
    expect(oneScope('account/a/b')).toEqual({ entityType: 'account', entityId: 'a/b' });
    for (const scope of ['', '*', 'account/*']) expect(oneScope(scope)).toBeUndefined();
  });
});
