import { areSameScopes, scopesOf, withScope } from './scope-lines.js';

describe('scopes of a text', () => {
  it('are its lines, each once, without blanks around them', () => {
    expect(scopesOf(' account/acme \n\naccount/*\r\naccount/acme')).toEqual([
      'account/acme',
      'account/*',
    ]);
    expect(scopesOf(' \n')).toEqual([]);
    expect(scopesOf('account/a, b')).toEqual(['account/a, b']);
  });

  it('get one more at the end', () => {
    expect(withScope('account/acme\n', 'account/*')).toBe('account/acme\naccount/*');
    expect(withScope('', '*')).toBe('*');
  });

  it('are the same in any order', () => {
    expect(areSameScopes(['a/1', 'b/2'], ['b/2', 'a/1'])).toBe(true);
    expect(areSameScopes(['a/1'], ['a/1', 'b/2'])).toBe(false);
    expect(areSameScopes(['a/1', 'c/3'], ['a/1', 'b/2'])).toBe(false);
  });
});
