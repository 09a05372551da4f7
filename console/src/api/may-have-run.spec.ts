import { mayHaveRun } from './may-have-run.js';

describe('a change without a success', () => {
  it.each([
    [502, {}],
    [504, {}],
    [500, { code: 'INTERNAL_ERROR' }],
    [503, { code: 'DATABASE_UNAVAILABLE' }],
  ])('of %i %j may have been done', (status, problem) => {
    expect(mayHaveRun(status, problem)).toBe(true);
  });

  it.each([
    [401, {}],
    [404, { code: 'NOT_FOUND' }],
    [429, {}],
    [500, { code: 'ACTION_FAILED' }],
    [500, { code: 'ACTION_TIMED_OUT' }],
    [503, { code: 'DATABASE_BUSY', executionId: 'execution-1' }],
  ])('of %i %j was not done', (status, problem) => {
    expect(mayHaveRun(status, problem)).toBe(false);
  });
});
