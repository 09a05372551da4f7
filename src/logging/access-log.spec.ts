import { DomainError, UnavailableError } from '../kernel/errors/domain-error.js';
import { levelOf, problemFields } from './access-log.js';

describe('the line of a request that was not answered as asked', () => {
  it.each<[string, DomainError, string, boolean]>([
    ['refused', new DomainError('NOT_FOUND', 404, 'No.'), 'info', false],
    ['put off by choice', new UnavailableError('SHUTTING_DOWN', 'Stopping.'), 'warn', false],
    [
      'put off by a failure',
      new UnavailableError('DATABASE_UNAVAILABLE', 'Away.', 2, new Error('ECONNREFUSED')),
      'error',
      true,
    ],
    ['failed', new DomainError('INTERNAL_ERROR', 500, 'Wrong.'), 'error', true],
  ])('has its level, and a stack only where something failed: %s', (_, error, level, stack) => {
    expect(levelOf(error)).toBe(level);
    expect('err' in problemFields(error)).toBe(stack);
  });
});
