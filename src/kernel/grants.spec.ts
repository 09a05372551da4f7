import { DomainError } from './errors/domain-error.js';
import { maySee, ownScope, patternFor, scopeFor, scopesToRead } from './grants.js';
import { patternText, ScopeFilter } from './scope.js';

const granted = (...scopes: string[]) => ({ scopes: ScopeFilter.parseAll(scopes) });
const codeOf = (work: () => unknown): string => {
  try {
    return String(work());
  } catch (error) {
    return (error as DomainError).code;
  }
};

describe('the scopes that a query reads', () => {
  it.each([
    [{}, ['*'], 'command_center/command_center'],
    [{}, ['command_center/*', 'account/a'], 'command_center/command_center'],
    [{}, ['account/a', 'account/b'], 'account/a,account/b'],
    [{}, [], ''],
    [{ entityType: 'review_stream' }, ['*'], 'review_stream/review_stream'],
    [{ entityType: 'account', entityId: 'acme' }, ['account/*'], 'account/acme'],
    [{ scope: 'account/*' }, ['*'], 'account/*'],
    [{ scope: 'account/*' }, ['account/a', 'other/b'], 'account/a'],
    [{ scope: '*' }, ['account/a', 'other/b'], 'account/a,other/b'],
    [{ scope: '*' }, [], ''],
    [{ scope: 'account/*' }, ['other/*'], 'SCOPE_NOT_FOUND'],
    [{ scope: 'account/b' }, ['account/a'], 'SCOPE_NOT_FOUND'],
    [{ entityType: 'account', entityId: 'b' }, ['account/a'], 'SCOPE_NOT_FOUND'],
  ])('for %j with the grants %j are %s', (named, grants, text) => {
    expect(codeOf(() => scopesToRead(named, granted(...grants)))).toBe(text);
  });
});

describe('the scope of a change', () => {
  const change = (named: object, ...grants: string[]): string =>
    codeOf(() => Object.values(scopeFor(named, granted(...grants))).join('/'));

  it('is the command center, or the only scope that is granted', () => {
    expect(change({}, '*')).toBe('command_center/command_center');
    expect(change({}, 'account/a')).toBe('account/a');
    expect(change({}, 'account/a', 'account/b')).toBe('SCOPE_NOT_FOUND');
    expect(change({}, 'account/*')).toBe('SCOPE_NOT_FOUND');
    expect(ownScope(granted('account/a'))).toEqual({ entityType: 'account', entityId: 'a' });
  });

  it('must be granted', () => {
    expect(change({ entityType: 'account', entityId: 'b' }, 'account/a')).toBe('SCOPE_NOT_FOUND');
    expect(change({ entityType: 'account', entityId: 'b' }, 'account/*')).toBe('account/b');
    expect(maySee(granted('account/a'), { entityType: 'account', entityId: 'a' })).toBe(true);
    expect(maySee(granted('account/a'), { entityType: 'account', entityId: 'A' })).toBe(false);
  });
});

describe('the scopes of a change that may name several', () => {
  it.each([
    [{ scope: '*' }, ['*'], '*'],
    [{ scope: 'account/*' }, ['account/*', 'other/b'], 'account/*'],
    [{ scope: 'account/a' }, ['account/*'], 'account/a'],
    [{ entityType: 'account', entityId: 'a' }, ['account/a'], 'account/a'],
    [{}, ['account/a'], 'account/a'],
    [{ scope: '*' }, ['account/*'], 'SCOPE_NOT_FOUND'],
    [{ scope: 'account/*' }, ['account/a'], 'SCOPE_NOT_FOUND'],
    [{ scope: 'account/b' }, ['account/a'], 'SCOPE_NOT_FOUND'],
  ])('for %j with the grants %j are %s', (named, grants, text) => {
    expect(codeOf(() => patternText(patternFor(named, granted(...grants))))).toBe(text);
  });
});
