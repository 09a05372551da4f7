import { momentOf, scopeOfJob } from './job-texts.js';

describe('the scope of a job', () => {
  it('is the one of its payload', () => {
    const payload = { entityType: 'account', entityId: 'acme' };
    expect(scopeOfJob({ payload }, '')).toBe('account/acme');
    expect(scopeOfJob({ payload }, 'account/*')).toBe('account/acme');
  });

  it('is the one of the list otherwise, if that is one', () => {
    const payload = { nextActionId: 'a' };
    expect(scopeOfJob({ payload }, 'account/a/b')).toBe('account/a/b');
    expect(scopeOfJob({ payload }, 'account/*')).toBeUndefined();
    expect(scopeOfJob({ payload }, '*')).toBeUndefined();
    expect(scopeOfJob({ payload }, '')).toBeUndefined();
  });
});

describe('the moment of a job', () => {
  const job = { createdAt: 'a', runAfter: 'b', startedAt: 'c', finishedAt: 'd' };

  it('is what comes next, or what came last', () => {
    expect(momentOf({ ...job, state: 'waiting' })).toEqual({ what: 'due', at: 'b' });
    expect(momentOf({ ...job, state: 'retrying' })).toEqual({ what: 'due', at: 'b' });
    expect(momentOf({ ...job, state: 'running' })).toEqual({ what: 'began', at: 'c' });
    expect(momentOf({ ...job, state: 'dead_lettered' })).toEqual({ what: 'ended', at: 'd' });
  });
});
