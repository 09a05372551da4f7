import { InvalidRequestError } from '../../kernel/errors/domain-error.js';
import { failureOf, JobInterruptedError, JobTimedOutError } from './jobs.errors.js';

describe('the recorded error of a failed attempt', () => {
  it.each([
    [new InvalidRequestError('DESK_CLOSED', 'The desk is closed.'), 'DESK_CLOSED'],
    [new JobTimedOutError(50), 'JOB_TIMED_OUT'],
    [Object.assign(new Error('canceling statement'), { code: '57014' }), 'JOB_TIMED_OUT'],
    [new JobInterruptedError(), 'SERVER_STOPPED'],
    [new Error('anything'), 'JOB_FAILED'],
    ['a text', 'JOB_FAILED'],
    [undefined, 'JOB_FAILED'],
    [Object.create(null) as unknown, 'JOB_FAILED'],
  ])('is %p as %s', (thrown, code) => {
    expect(failureOf(thrown).code).toBe(code);
  });

  it('holds no secret and is cut', () => {
    const { message } = failureOf(new Error(`password=hunter2 ${'x'.repeat(2000)}`));
    expect(message).not.toContain('hunter2');
    expect(message.length).toBeLessThanOrEqual(500);
  });
});
